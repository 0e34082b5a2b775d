namespace Holdfast.Client;

/// <summary>A variant as it is to be.</summary>
/// <param name="Sku">Unique within the store.</param>
/// <param name="Price">In minor units of the store's currency.</param>
/// <param name="Id">Which variant of the product is meant; without: the one with this SKU, else a new one. Only a change takes it.</param>
/// <param name="Name">Without: it goes by the product's name.</param>
/// <param name="Attributes">E.g. size and colour.</param>
/// <param name="PurchaseLimit">How many pieces one customer may ever buy; without: any number.</param>
/// <param name="Active">Whether it is for sale; without: yes.</param>
/// <param name="Metadata">Up to 50 texts.</param>
/// <param name="ExternalId">Another system's id of it, unique within the store.</param>
public sealed record VariantBody(string Sku, long Price, Guid? Id = null, string? Name = null,
    IReadOnlyDictionary<string, string>? Attributes = null, int? PurchaseLimit = null, bool? Active = null,
    IReadOnlyDictionary<string, string>? Metadata = null, string? ExternalId = null);
