namespace Holdfast.Client;

/// <summary>A store as it is to be. A change replaces the store as a whole: what is left out is taken away.</summary>
/// <param name="Slug">Unique: 1 to 63 of <c>a-z 0-9 -</c>.</param>
/// <param name="Name">As buyers read it, 1 to 200 characters.</param>
/// <param name="Currency">An ISO 4217 code; it stays once there are products.</param>
/// <param name="TimeZone">An IANA name; without: that of Vietnam for VND, else UTC.</param>
/// <param name="ShippingRates">Up to 20, the first from 0; without: delivery costs nothing.</param>
/// <param name="Tax">Without: none is reckoned.</param>
/// <param name="PaymentMethods">Some of <see cref="PaymentMethod"/>; without: all.</param>
/// <param name="CombinesDiscounts">Whether an order may use two discount codes; without: no.</param>
/// <param name="Metadata">Up to 50 texts.</param>
/// <param name="ExternalId">Another system's id of it, unique among stores.</param>
public sealed record StoreBody(string Slug, string Name, string Currency, string? TimeZone = null,
    IReadOnlyList<ShippingRate>? ShippingRates = null, Tax? Tax = null, IReadOnlyList<string>? PaymentMethods = null,
    bool? CombinesDiscounts = null, IReadOnlyDictionary<string, string>? Metadata = null, string? ExternalId = null);
