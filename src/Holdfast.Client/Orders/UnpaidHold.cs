namespace Holdfast.Client;

/// <summary>Pieces that a stranger's order holds without money.</summary>
/// <param name="OrderId">The order that holds them.</param>
/// <param name="Number">What people call it.</param>
/// <param name="VariantId">The variant.</param>
/// <param name="Sku">Unique within the store.</param>
/// <param name="ProductName">As it was when the order was placed.</param>
/// <param name="Quantity">Pieces that it holds.</param>
/// <param name="PaymentMethod">One of <see cref="Client.PaymentMethod"/>.</param>
/// <param name="Status">One of <see cref="OrderStatus"/>.</param>
/// <param name="Email">The email of the order.</param>
/// <param name="ContactPhone">As the buyer wrote it.</param>
/// <param name="DeliveryAddress">Where the goods go.</param>
/// <param name="ExpirationTime">Until when; null where it does not expire.</param>
/// <param name="CreatedAt">When the order was placed, UTC.</param>
public sealed record UnpaidHold(Guid OrderId, string Number, Guid VariantId, string Sku, string ProductName, long Quantity,
    string PaymentMethod, string Status, string Email, string ContactPhone, DeliveryAddress DeliveryAddress,
    DateTimeOffset? ExpirationTime, DateTimeOffset CreatedAt);
