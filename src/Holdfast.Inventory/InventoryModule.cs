using Holdfast.Catalog.Storage;
using Holdfast.Inventory.Alerts;
using Holdfast.Inventory.Endpoints;
using Holdfast.Inventory.Reservations;
using Holdfast.Inventory.Storage;
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
        services.AddSingleton<ListStock>().AddSingleton<GetStock>().AddSingleton<ListStockMovements>().AddSingleton<ListStockAlerts>();
        services.AddSingleton<ReceiveStock>().AddSingleton<AdjustStock>().AddSingleton<SetStockThreshold>().AddSingleton<CountStock>();
        services.AddSingleton<IConsumer, LowStockConsumer>();
        services.AddSingleton<ReservationEnding>();
        services.AddSingleton<ReserveStock>().AddSingleton<GetReservation>();
        services.AddSingleton<ReleaseReservation>().AddSingleton<CommitReservation>();
        services.AddSingleton<ReservationQueue>();
        services.AddWorker<ExpireReservations>();
        services.AddSingleton<AvailabilityReader>(StockReader.AvailableAsync);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<ListStock>("/inventory", Access.Staff, (u, r) => u.HandleAsync(r), "storeId", "below", "limit", "cursor");
        app.Get<ListStockAlerts>("/inventory/alerts", Access.Staff, (u, r) => u.HandleAsync(r), "storeId", "limit", "cursor");
        app.Get<GetStock>("/inventory/{variantId}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Put<SetStockThreshold>("/inventory/{variantId}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<ListStockMovements>("/inventory/{variantId}/movements", Access.Staff, (u, r) => u.HandleAsync(r), "limit", "cursor");
        app.Post<CountStock>("/inventory/counts", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Post<ReceiveStock>("/inventory/{variantId}/receipts", Access.StaffOrService, (u, r) => u.HandleAsync(r));
        app.Post<AdjustStock>("/inventory/{variantId}/adjustments", Access.Staff, (u, r) => u.HandleAsync(r));

        app.Post<ReserveStock>("/inventory/reservations", Access.StaffOrService, (u, r) => u.HandleAsync(r));
        app.Get<GetReservation>("/inventory/reservations/{id}", Access.StaffOrService, (u, r) => u.HandleAsync(r));
        app.Post<ReleaseReservation>("/inventory/reservations/{id}/release", Access.StaffOrService, (u, r) => u.HandleAsync(r));
        app.Post<CommitReservation>("/inventory/reservations/{id}/commit", Access.StaffOrService, (u, r) => u.HandleAsync(r));
    }
}
