namespace Holdfast.Client;

/// <summary>The stock of a variant, in pieces.</summary>
public record Stock
{
    /// <summary>The variant.</summary>
    public required Guid VariantId { get; init; }

    /// <summary>The store that sells it.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>Unique within the store.</summary>
    public required string Sku { get; init; }

    /// <summary>The product's name, with the variant's own where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>Pieces in the house.</summary>
    public required long OnHand { get; init; }

    /// <summary>Pieces that are promised to orders and reservations.</summary>
    public required long Reserved { get; init; }

    /// <summary>What can still be sold: <c>max(0, onHand - reserved)</c>.</summary>
    public required long Available { get; init; }

    /// <summary>What was promised and is no longer there: <c>max(0, reserved - onHand)</c>.</summary>
    public required long Shortfall { get; init; }

    /// <summary>At this many available pieces, or fewer, <c>inventory.low</c> is sent; null: never.</summary>
    public long? LowStockThreshold { get; init; }
}

/// <summary>A variant of which staff should order more.</summary>
public sealed record StockAlert : Stock
{
    /// <summary><c>short</c> (less is there than is promised), <c>sold_out</c> or <c>low</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>The stock after a receipt, an adjustment or a count.</summary>
public sealed record StockChange : Stock
{
    /// <summary>The row that the change added to the ledger.</summary>
    public required StockMovement Movement { get; init; }

    /// <summary>Orders and reservations that are short now, the oldest first; empty where none is.</summary>
    public required IReadOnlyList<ShortHold> Affected { get; init; }
}

/// <summary>A row of the ledger; rows are never changed.</summary>
/// <param name="Sequence">Counts within the variant, from 1, without gaps.</param>
/// <param name="OnHandDelta">Pieces that came in, negative where they left.</param>
/// <param name="ReservedDelta">Pieces that were promised, negative where a promise ended.</param>
/// <param name="Reason">
/// <c>receipt</c>, <c>adjustment</c>; of orders <c>placed</c>, <c>cancelled</c>, <c>expired</c>, <c>late_payment</c>, <c>shipped</c>,
/// <c>returned</c>; of reservations <c>reserved</c>, <c>released</c>, <c>committed</c>, <c>consumed</c>.
/// </param>
/// <param name="ReferenceId">The order or reservation on whose account it is; null where there is none.</param>
/// <param name="Reference">What a person or another system named: a delivery note, a reason; null where there is none.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record StockMovement(long Sequence, long OnHandDelta, long ReservedDelta, string Reason, Guid? ReferenceId,
    string? Reference, DateTimeOffset CreatedAt);

/// <summary>An order or reservation whose goods are not there, in full or in part.</summary>
/// <param name="ReferenceId">The order or the reservation.</param>
/// <param name="Held">Pieces that were promised.</param>
/// <param name="Missing">Pieces of them that are not on hand: 1 to <paramref name="Held"/>.</param>
public sealed record ShortHold(Guid ReferenceId, long Held, long Missing);

/// <summary>What cannot be had of a variant; a fact of 409 <c>insufficient_stock</c>.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Requested">Pieces that were asked for.</param>
/// <param name="Available">Pieces that there are.</param>
public sealed record Shortage(Guid VariantId, long Requested, long Available);
