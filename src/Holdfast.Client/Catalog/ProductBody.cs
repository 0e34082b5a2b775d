namespace Holdfast.Client;

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
