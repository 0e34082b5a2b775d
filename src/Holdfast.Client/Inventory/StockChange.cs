namespace Holdfast.Client;

/// <summary>The stock after a receipt, an adjustment or a count.</summary>
public sealed record StockChange : Stock
{
    /// <summary>The row that the change added to the ledger.</summary>
    public required StockMovement Movement { get; init; }

    /// <summary>Orders and reservations that are short now, the oldest first; empty where none is.</summary>
    public required IReadOnlyList<ShortHold> Affected { get; init; }
}
