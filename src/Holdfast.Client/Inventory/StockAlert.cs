namespace Holdfast.Client;

/// <summary>A variant of which staff should order more.</summary>
public sealed record StockAlert : Stock
{
    /// <summary><c>short</c> (less is there than is promised), <c>sold_out</c> or <c>low</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Since { get; init; }
}
