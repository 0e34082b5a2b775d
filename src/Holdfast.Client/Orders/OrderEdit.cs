namespace Holdfast.Client;

/// <summary>What is to be corrected of an order; what is null stays.</summary>
/// <param name="DeliveryAddress">Until it is shipped.</param>
/// <param name="ContactPhone">Until it is shipped.</param>
/// <param name="Note">Until it is shipped.</param>
/// <param name="Customer">The buyer's email, name or both; only of whoever works for the store.</param>
/// <param name="Status"><c>confirmed</c>, <c>shipped</c>, <c>delivered</c>, <c>returned</c> or <c>cancelled</c>; only of staff.</param>
public sealed record OrderEdit(DeliveryAddress? DeliveryAddress = null, string? ContactPhone = null, string? Note = null,
    BuyerEdit? Customer = null, string? Status = null);
