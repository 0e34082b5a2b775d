using Holdfast.Catalog.Storage;
using Holdfast.Inventory.Alerts;
using Holdfast.Inventory.Endpoints;
using Holdfast.Inventory.Reservations;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Inventory;

/// <summary>The services and the route table of this module.</summary>
public static class InventoryModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } = [.. InventoryInvariants.All, AlertInvariants.Invariant];

    /// <summary>What <c>verify --repair</c> can put right: balances from the ledger, and alerts.</summary>
    public static IReadOnlyList<Repair> Repairs { get; } = [.. InventoryInvariants.Repairs,
        new("alerts_from_the_stock", AlertInvariants.RepairAsync)];

    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton(new InventoryOptions());
        services.AddSingleton<StockQueries>();
        services.AddSingleton<ChangeStock>();
        services.AddSingleton<CountStock>();
        services.AddSingleton<StockAlerts>();
        services.AddSingleton<IConsumer, LowStockConsumer>();
        services.AddSingleton<ManageReservations>();
        services.AddSingleton<ReservationQueue>();
        services.AddWorker<ExpireReservations>();
        services.AddSingleton<AvailabilityReader>(StockQueries.AvailableAsync);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<StockQueries>("/inventory", Access.Staff, (u, r) => u.ListAsync(r), "storeId", "below", "limit", "cursor");
        app.Get<StockAlerts>("/inventory/alerts", Access.Staff, (u, r) => u.ListAsync(r), "storeId", "limit", "cursor");
        app.Get<StockQueries>("/inventory/{variantId}", Access.Staff, (u, r) => u.GetAsync(r));
        app.Put<ChangeStock>("/inventory/{variantId}", Access.Staff, (u, r) => u.SetThresholdAsync(r));
        app.Get<StockQueries>("/inventory/{variantId}/movements", Access.Staff, (u, r) => u.MovementsAsync(r), "limit", "cursor");
        app.Post<CountStock>("/inventory/counts", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Post<ChangeStock>("/inventory/{variantId}/receipts", Access.StaffOrService, (u, r) => u.ReceiveAsync(r));
        app.Post<ChangeStock>("/inventory/{variantId}/adjustments", Access.Staff, (u, r) => u.AdjustAsync(r));

        app.Post<ManageReservations>("/inventory/reservations", Access.StaffOrService, (u, r) => u.ReserveAsync(r));
        app.Get<ManageReservations>("/inventory/reservations/{id}", Access.StaffOrService, (u, r) => u.GetAsync(r));
        app.Post<ManageReservations>("/inventory/reservations/{id}/release", Access.StaffOrService, (u, r) => u.ReleaseAsync(r));
        app.Post<ManageReservations>("/inventory/reservations/{id}/commit", Access.StaffOrService, (u, r) => u.CommitAsync(r));
    }
}
