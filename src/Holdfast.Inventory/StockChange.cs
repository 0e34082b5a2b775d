using Holdfast.Inventory.Core;

namespace Holdfast.Inventory;

/// <summary>
/// The answer to a receipt or an adjustment: the stock as it is now, the ledger row, and whose goods are missing, the oldest first.
/// </summary>
public sealed record StockChange : StockView
{
    /// <summary>The most pieces that one receipt, adjustment or count may name.</summary>
    public const long MaxQuantity = 1_000_000_000;

    public StockChange(StockView now, MovementView movement, IReadOnlyList<ShortHold> affected) : base(now) =>
        (Movement, Affected) = (movement, affected);

    public MovementView Movement { get; }

    /// <summary>
    /// Orders and reservations (<c>referenceId</c>) that are short: the newest, because what is there goes to the oldest first.
    /// </summary>
    public IReadOnlyList<ShortHold> Affected { get; }
}
