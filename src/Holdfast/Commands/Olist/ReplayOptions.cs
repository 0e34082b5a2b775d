
namespace Holdfast.Commands.Olist;

/// <summary>How a replay goes about it.</summary>
/// <param name="Concurrency">Orders under way at once.</param>
/// <param name="Rate">Orders begun per second; null: as fast as they are answered.</param>
/// <param name="StockFactor">1, or to what share the stock is lowered first.</param>
internal sealed record ReplayOptions(int Concurrency, double? Rate, decimal StockFactor);
