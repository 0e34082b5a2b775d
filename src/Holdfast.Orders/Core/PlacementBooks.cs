using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>The books that a batch of placements decides on: first read without locks, then loaded under them.</summary>
public sealed record PlacementBooks
{
    public required IReadOnlyDictionary<Guid, StoreFacts> Stores { get; init; }
    public required IReadOnlyDictionary<Guid, VariantFacts> Variants { get; init; }
    public required StockBook Stock { get; init; }
    public PurchaseBook Purchases { get; init; } = new([]);
    public DiscountBook Discounts { get; init; } = DiscountBook.Empty;
    public IReadOnlyDictionary<Guid, LoyaltyProgram> Programs { get; init; } = new Dictionary<Guid, LoyaltyProgram>();

    /// <summary>Null while balances are not known.</summary>
    public PointsBook? Points { get; init; }
    public ReservationBook Reservations { get; init; } = new([]);
    public PendingBook Pending { get; init; } = PendingBook.None;

    public UnpaidHoldBook UnpaidHolds { get; init; } = UnpaidHoldBook.None;

    public ClientHoldBook ClientHolds { get; init; } = ClientHoldBook.None;

    public ExternalIdBook ExternalIds { get; init; } = new([]);

    /// <summary>Returns a savepoint for <see cref="Undo"/>.</summary>
    public BooksSavepoint Savepoint() => new(Stock.Savepoint(), Purchases.Savepoint(), Discounts.Savepoint(), Points?.Savepoint() ?? 0)
    {
        Reservations = Reservations.Savepoint(),
        Pending = Pending.Savepoint(),
        UnpaidHolds = UnpaidHolds.Savepoint(),
        ClientHolds = ClientHolds.Savepoint(),
        ExternalIds = ExternalIds.Savepoint(),
    };

    /// <summary>Undoes what a command did since the savepoint.</summary>
    public void Undo(BooksSavepoint savepoint)
    {
        Stock.Undo(savepoint.Stock);
        Purchases.Undo(savepoint.Purchases);
        Discounts.Undo(savepoint.Discounts);
        Points?.Undo(savepoint.Points);
        Reservations.Undo(savepoint.Reservations);
        Pending.Undo(savepoint.Pending);
        UnpaidHolds.Undo(savepoint.UnpaidHolds);
        ClientHolds.Undo(savepoint.ClientHolds);
        ExternalIds.Undo(savepoint.ExternalIds);
    }
}
