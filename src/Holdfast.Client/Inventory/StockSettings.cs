using System.Text.Json.Serialization;

namespace Holdfast.Client;

/// <summary>When staff are told that a variant runs out.</summary>
/// <param name="LowStockThreshold">At this many available pieces or fewer; null: never.</param>
public sealed record StockSettings([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? LowStockThreshold);
