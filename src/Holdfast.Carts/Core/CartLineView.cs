
namespace Holdfast.Carts.Core;

/// <summary>A line as it is served; amounts in minor units, at the present price.</summary>
/// <param name="LineTotal">Null where no order could have such a total.</param>
public sealed record CartLineView(Guid VariantId, Guid ProductId, string Name, string Sku, long UnitPrice, long Quantity, long? LineTotal,
    long Available, bool ForSale,
    int? PurchaseLimit, long AddedPrice, string AddedName, DateTime AddedAt, IReadOnlyList<LineChange> Changes);
