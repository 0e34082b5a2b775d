
namespace Holdfast.Client;

/// <summary>What a count has changed.</summary>
/// <param name="Items">One for each line.</param>
public sealed record StockCounted(IReadOnlyList<StockChange> Items);
