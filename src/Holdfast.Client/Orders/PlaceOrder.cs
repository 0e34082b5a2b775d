namespace Holdfast.Client;

/// <summary>An order to be placed or quoted.</summary>
public sealed record PlaceOrder : OrderBody
{
    /// <summary>1 to 100, of 1 to 1,000,000 pieces each; lines of one variant are summed.</summary>
    public required IReadOnlyList<Line> Lines { get; init; }
}
