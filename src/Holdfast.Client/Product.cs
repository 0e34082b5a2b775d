namespace Holdfast.Client;

/// <summary>A product with its variants.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="StoreId">The store that it is of.</param>
/// <param name="Name">As buyers read it.</param>
/// <param name="Description">Null where there is none.</param>
/// <param name="Category">Null where there is none.</param>
/// <param name="PaymentMethods">How an order that has it can be paid, of the ways that its store offers; null: any of them.</param>
/// <param name="Metadata">Up to 50 texts of the integrator's own; empty where there are none.</param>
/// <param name="ExternalId">Another system's id of it, unique within the store; null where there is none.</param>
/// <param name="Variants">In the order they were given; those that are no longer sold stay, with <c>Active</c> false.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="UpdatedAt">When it was last changed, UTC.</param>
/// <param name="Version">Counts its changes, from 1; what is available may change without it. Give it as <see cref="IfMatch"/>.</param>
public sealed record Product(Guid Id, Guid StoreId, string Name, string? Description, string? Category,
    IReadOnlyList<string>? PaymentMethods, IReadOnlyDictionary<string, string> Metadata, string? ExternalId,
    IReadOnlyList<Variant> Variants, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version);

/// <summary>What is bought: one SKU at one price.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Sku">Unique within the store.</param>
/// <param name="Name">Null: it goes by the product's name.</param>
/// <param name="Price">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">The store's, an ISO 4217 code.</param>
/// <param name="Attributes">E.g. size and colour; empty where there are none.</param>
/// <param name="PurchaseLimit">How many pieces one customer may ever buy; null: any number.</param>
/// <param name="Active">Whether it is for sale.</param>
/// <param name="Available">How many pieces can be ordered now.</param>
/// <param name="Metadata">Up to 50 texts of the integrator's own; empty where there are none.</param>
/// <param name="ExternalId">Another system's id of it, unique within the store; null where there is none.</param>
public sealed record Variant(Guid Id, string Sku, string? Name, long Price, string Currency,
    IReadOnlyDictionary<string, string> Attributes, int? PurchaseLimit, bool Active, long Available,
    IReadOnlyDictionary<string, string> Metadata, string? ExternalId);

/// <summary>A product as it is to be. A change replaces it as a whole; its store stays, so leave <c>StoreId</c> out then.</summary>
/// <param name="Name">As buyers read it.</param>
/// <param name="Variants">1 to 100; variants that a change does not name stay, no longer for sale.</param>
/// <param name="StoreId">Required to make a product.</param>
/// <param name="Description">Without: none.</param>
/// <param name="Category">Without: none.</param>
/// <param name="PaymentMethods">Some of <see cref="PaymentMethod"/>; without: all that the store offers.</param>
/// <param name="Metadata">Up to 50 texts.</param>
/// <param name="ExternalId">Another system's id of it, unique within the store.</param>
public sealed record ProductBody(string Name, IReadOnlyList<VariantBody> Variants, Guid? StoreId = null, string? Description = null,
    string? Category = null, IReadOnlyList<string>? PaymentMethods = null, IReadOnlyDictionary<string, string>? Metadata = null,
    string? ExternalId = null);

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
