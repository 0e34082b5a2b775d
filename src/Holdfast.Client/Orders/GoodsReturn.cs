namespace Holdfast.Client;

/// <summary>Goods that came back.</summary>
/// <param name="Lines">Without: all that is out.</param>
/// <param name="Restock">Whether they can be sold again; without: yes.</param>
public sealed record GoodsReturn(IReadOnlyList<Line>? Lines = null, bool? Restock = null);
