namespace Holdfast.Client;

/// <summary>A shop on the platform.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Slug">Unique: 1 to 63 of <c>a-z 0-9 -</c>.</param>
/// <param name="Name">As buyers read it.</param>
/// <param name="Currency">The ISO 4217 code in whose minor units all its prices are.</param>
/// <param name="TimeZone">An IANA name; the days of its statistics are cut by it.</param>
/// <param name="ShippingRates">What delivery costs: the last rate that the goods reach counts. Empty: nothing.</param>
/// <param name="Tax">The tax on its goods; null: none.</param>
/// <param name="PaymentMethods">How its orders can be paid: some of <see cref="PaymentMethod"/>.</param>
/// <param name="CombinesDiscounts">Whether an order may use two discount codes.</param>
/// <param name="Metadata">Up to 50 texts of the integrator's own; empty where there are none.</param>
/// <param name="ExternalId">Another system's id of it, unique among stores; null where there is none.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="UpdatedAt">When it was last changed, UTC.</param>
/// <param name="Version">Counts its changes, from 1; give it as <see cref="IfMatch"/>.</param>
public sealed record Store(Guid Id, string Slug, string Name, string Currency, string TimeZone, IReadOnlyList<ShippingRate> ShippingRates,
    Tax? Tax, IReadOnlyList<string> PaymentMethods, bool CombinesDiscounts, IReadOnlyDictionary<string, string> Metadata,
    string? ExternalId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version);
