using System.Text.Json.Serialization;

namespace Holdfast.Client;

/// <summary>When staff are told that a variant runs out.</summary>
/// <param name="LowStockThreshold">At this many available pieces or fewer; null: never.</param>
public sealed record StockSettings([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? LowStockThreshold);

/// <summary>Goods that came in.</summary>
/// <param name="Quantity">1 to 1,000,000,000 pieces.</param>
/// <param name="Reference">A delivery note. The same one counts once in a variant, however often it is told.</param>
public sealed record Receipt(long Quantity, string Reference);

/// <summary>A correction of what is on hand: either by a difference or by what was counted.</summary>
/// <param name="Reason">Kept in the ledger.</param>
/// <param name="Delta">Pieces that were found, negative where they are gone.</param>
/// <param name="Counted">Pieces that are on the shelf, promised ones included.</param>
public sealed record Adjustment(string Reason, long? Delta = null, long? Counted = null);

/// <summary>What was counted on the shelves of a store; all of it is booked, or nothing.</summary>
/// <param name="StoreId">The store whose shelves were counted.</param>
/// <param name="Reason">Kept in the ledger.</param>
/// <param name="Lines">1 to 100, each variant once.</param>
public sealed record StockCount(Guid StoreId, string Reason, IReadOnlyList<CountedLine> Lines);

/// <summary>What was counted of a variant, promised pieces included.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Counted">Pieces, 0 or more.</param>
public sealed record CountedLine(Guid VariantId, long Counted);

/// <summary>What a count has changed.</summary>
/// <param name="Items">One for each line.</param>
public sealed record StockCounted(IReadOnlyList<StockChange> Items);
