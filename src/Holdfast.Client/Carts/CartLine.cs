namespace Holdfast.Client;

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
