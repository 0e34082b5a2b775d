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
