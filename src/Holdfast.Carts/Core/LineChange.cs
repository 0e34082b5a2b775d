using System.Text.Json.Serialization;

namespace Holdfast.Carts.Core;

/// <summary>Something the customer should know of a line before ordering it.</summary>
/// <param name="Code"><c>price_changed</c> (with <c>oldPrice</c>), <c>not_for_sale</c>, <c>unavailable</c>, <c>insufficient_stock</c>,
/// <c>purchase_limit</c> (with <c>mayBuy</c>).</param>
/// <param name="OldPrice">The price when the line was added.</param>
/// <param name="MayBuy">How many this buyer may still have.</param>
public sealed record LineChange(string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? OldPrice = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MayBuy = null);
