namespace Holdfast.Client;

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
