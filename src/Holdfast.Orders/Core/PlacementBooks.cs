using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>What a batch of placements decides on: first as seen without locks, then as opened under them.</summary>
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

    /// <summary>A point to come back to.</summary>
    public BooksSavepoint Savepoint() => new(Stock.Savepoint(), Purchases.Savepoint(), Discounts.Savepoint(), Points?.Savepoint() ?? 0)
    {
        Reservations = Reservations.Savepoint(),
        Pending = Pending.Savepoint(),
        UnpaidHolds = UnpaidHolds.Savepoint(),
        ClientHolds = ClientHolds.Mark(),
        ExternalIds = ExternalIds.Savepoint(),
    };

    /// <summary>Takes back what a command did since the mark.</summary>
    public void Undo(BooksSavepoint mark)
    {
        Stock.Undo(mark.Stock);
        Purchases.Undo(mark.Purchases);
        Discounts.Undo(mark.Discounts);
        Points?.Undo(mark.Points);
        Reservations.Undo(mark.Reservations);
        Pending.Undo(mark.Pending);
        UnpaidHolds.Undo(mark.UnpaidHolds);
        ClientHolds.Undo(mark.ClientHolds);
        ExternalIds.Undo(mark.ExternalIds);
    }
}
