using Holdfast.Orders.Accounts;
using Holdfast.Orders.Administration;
using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Endpoints;
using Holdfast.Orders.Events;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Orders.Statistics;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Orders;

/// <summary>The services and the route table of this module.</summary>
public static class OrdersModule
{
    /// <summary>The invariants that hold for orders after every commit.</summary>
    public static IReadOnlyList<Invariant> Invariants => OrderInvariants.All;

    /// <summary>The repairs of what can be recomputed.</summary>
    public static IReadOnlyList<Repair> Repairs => OrderInvariants.Repairs;

    public static void Add(IServiceCollection services, MessagingOptions messaging)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new OrderOptions());
        services.AddSingleton<OrderNumbers>();
        services.AddSingleton<PaymentDeadlines>();
        services.AddSingleton<PlacementQueue>();
        services.AddSingleton<ChangeQueue>();
        services.AddWorker<ExpirySweep>();
        services.AddSingleton<IConsumer, StatisticsConsumer>();
        services.AddSingleton<IncomingMessages>();
        if (messaging.Runs(DeadLetterStore.Inbox))
        {
            services.AddWorker<IncomingMessages>();
        }

        services.AddSingleton<Identity.Accounts.AccountHook, AccountClosingForOrders>();
        services.AddSingleton<OrderAccess>();
        services.AddSingleton<LookUpOrder>();
        services.AddWorker<OrderLookups>();
        services.AddSingleton<OrderChanges>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<QuoteOrder>();
        services.AddSingleton<ListOrders>();
        services.AddSingleton<GetOrder>();
        services.AddSingleton<GetHistory>();
        services.AddSingleton<GetStatistics>();
        services.AddSingleton<EditOrder>();
        services.AddSingleton<DeleteOrder>();
        services.AddSingleton<CancelOrder>();
        services.AddSingleton<ShipOrder>();
        services.AddSingleton<DeliverOrder>();
        services.AddSingleton<ReturnOrder>();
        services.AddSingleton<RecordPayment>();
        services.AddSingleton<ConfirmOrder>();
        services.AddSingleton<ListUnpaidHolds>().AddSingleton<ReleaseUnpaidHolds>();
        services.AddSingleton<ListCustomers>().AddSingleton<GetCustomer>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Post<PlaceOrder>("/orders", Access.Anyone, Limit.Placing, (u, r) => u.HandleAsync(r));
        app.Post<QuoteOrder>("/orders/quote", Access.Anyone, Limit.Quoting, (u, r) => u.HandleAsync(r));
        app.Post<LookUpOrder>("/orders/lookup", Access.Anyone, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Get<ListCustomers>("/customers", Access.Staff, (u, r) => u.HandleAsync(r), "q", "limit", "cursor");
        app.Get<GetCustomer>("/customers/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<ListOrders>("/orders", Access.SignedIn, (u, r) => u.HandleAsync(r), "storeId", "status", "paymentStatus", "from", "to", "q",
            "sort", "limit", "cursor");
        app.Get<ListUnpaidHolds>("/orders/unpaid-holds", Access.Staff, (u, r) => u.HandleAsync(r), "storeId", "variantId", "limit",
            "cursor");
        app.Post<ReleaseUnpaidHolds>("/orders/unpaid-holds/release", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<GetStatistics>("/orders/statistics", Access.Staff, (u, r) => u.HandleAsync(r), "storeId", "from", "to");

        // Access.Anyone: a guest shows the order's access key; without it the order does not exist for them.
        app.Get<GetOrder>("/orders/{id}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Put<EditOrder>("/orders/{id}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Delete<DeleteOrder>("/orders/{id}", Access.Anyone, (u, r) => u.HandleAsync(r), "hard");
        app.Get<GetHistory>("/orders/{id}/history", Access.Anyone, (u, r) => u.HandleAsync(r), "limit", "cursor");
        app.Post<ConfirmOrder>("/orders/{id}/confirm", Access.Anyone, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<CancelOrder>("/orders/{id}/cancel", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Post<ShipOrder>("/orders/{id}/ship", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Post<DeliverOrder>("/orders/{id}/deliver", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Post<ReturnOrder>("/orders/{id}/return", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Post<RecordPayment>("/orders/{id}/payments", Access.StaffOrService, (u, r) => u.HandleAsync(r));
    }
}
