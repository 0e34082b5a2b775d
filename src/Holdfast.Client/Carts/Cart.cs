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
