using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>The books that a batch of changes decides on.</summary>
public sealed class LifecycleBooks
{
    public required IReadOnlyDictionary<Guid, OrderAggregate> Files { get; init; }

    /// <summary>Empty when no command of the batch can touch stock.</summary>
    public required StockBook Stock { get; init; }
    public required PurchaseBook Purchases { get; init; }
    public DiscountBook Discounts { get; init; } = DiscountBook.Empty;
    public PointsBook Points { get; init; } = PointsBook.Empty;

    /// <summary>The purchase limits of limited variants, for orders that come back after they expired.</summary>
    public required IReadOnlyDictionary<Guid, int> Limits { get; init; }

    public required PaymentBook Payments { get; init; }

    /// <summary>Who holds what of the variants that are short.</summary>
    public required HoldBook Holds { get; init; }

    /// <summary>Returns a savepoint for <see cref="Undo"/>.</summary>
    public BooksSavepoint Savepoint() =>
        new(Stock.Savepoint(), Purchases.Savepoint(), Discounts.Savepoint(), Points.Savepoint()) { Payments = Payments.Savepoint() };

    /// <summary>Undoes what a command did since the savepoint.</summary>
    public void Undo(BooksSavepoint savepoint)
    {
        Stock.Undo(savepoint.Stock);
        Purchases.Undo(savepoint.Purchases);
        Discounts.Undo(savepoint.Discounts);
        Points.Undo(savepoint.Points);
        Payments.Undo(savepoint.Payments);
    }
}
