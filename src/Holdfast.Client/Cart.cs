namespace Holdfast.Client;

/// <summary>A cart as it is now; it holds no stock. Amounts are minor units at the present price.</summary>
/// <param name="StoreId">The store whose cart it is.</param>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="Version">Counts its changes, 0 where nothing was put in yet; give it as <see cref="IfMatch"/>.</param>
/// <param name="Lines">Empty where nothing is in it.</param>
/// <param name="Subtotal">Of the lines that are for sale; null where no order could have such a total.</param>
/// <param name="CartToken">A new visitor's token, told once: send it from then on. Else null.</param>
/// <param name="NotMerged">What a visitor's cart had beyond what the customer's could take, told once; else null.</param>
public sealed record Cart(Guid StoreId, string Currency, long Version, IReadOnlyList<CartLine> Lines, long? Subtotal, string? CartToken,
    IReadOnlyList<LeftOut>? NotMerged);

/// <summary>A line of a cart.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="ProductId">The product of the variant.</param>
/// <param name="Name">As the catalog has it now.</param>
/// <param name="Sku">Unique within the store.</param>
/// <param name="UnitPrice">As the catalog has it now.</param>
/// <param name="Quantity">Pieces that are wanted.</param>
/// <param name="LineTotal">Null where no order could have such a total.</param>
/// <param name="Available">How many pieces can be ordered now.</param>
/// <param name="ForSale">Lines that are not are left out of the subtotal.</param>
/// <param name="PurchaseLimit">How many pieces one customer may ever buy; null: any number.</param>
/// <param name="AddedPrice">The price when the line was added.</param>
/// <param name="AddedName">The name when the line was added.</param>
/// <param name="AddedAt">When the line was added, UTC.</param>
/// <param name="Changes">What the customer should know before ordering; empty where there is nothing.</param>
public sealed record CartLine(Guid VariantId, Guid ProductId, string Name, string Sku, long UnitPrice, long Quantity, long? LineTotal,
    long Available, bool ForSale, int? PurchaseLimit, long AddedPrice, string AddedName, DateTimeOffset AddedAt,
    IReadOnlyList<LineChange> Changes);

/// <summary>What has changed since a line was added.</summary>
/// <param name="Code">
/// <c>price_changed</c>, <c>not_for_sale</c>, <c>unavailable</c>, <c>insufficient_stock</c> or <c>purchase_limit</c>.
/// </param>
/// <param name="OldPrice">Of a changed price: the one when the line was added; else null.</param>
/// <param name="MayBuy">Of a purchase limit: how many pieces this customer may still buy; else null.</param>
public sealed record LineChange(string Code, long? OldPrice = null, long? MayBuy = null);

/// <summary>Pieces of a visitor's cart that the customer's could not take.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Name">As the catalog has it.</param>
/// <param name="Quantity">Pieces that were left out.</param>
public sealed record LeftOut(Guid VariantId, string Name, long Quantity);

/// <summary>How many pieces a line is to have.</summary>
/// <param name="Quantity">1 to 1,000,000.</param>
public sealed record LineQuantity(long Quantity);
