
namespace Holdfast.Inventory.Alerts;

/// <summary>A variant of which staff should order more, with its stock as it is now.</summary>
public sealed record StockAlert : StockView
{
    public StockAlert(StockView now, DateTime since) : base(now) => Since = since;

    /// <summary><c>short</c> (less than is promised), <c>sold_out</c> or <c>low</c>.</summary>
    public string Kind => Shortfall > 0 ? "short" : Available == 0 ? "sold_out" : "low";

    /// <summary>When it began.</summary>
    public DateTime Since { get; }
}
