namespace Holdfast.Catalog.Core;

/// <summary>A shop on the platform, as it is kept and as it is served.</summary>
public sealed record Store
{
    public required Guid Id { get; init; }

    /// <summary>Unique: 1 to 63 of <c>a-z 0-9 -</c>.</summary>
    public required string Slug { get; init; }

    public required string Name { get; init; }

    /// <summary>The ISO 4217 code in which all its prices are. It stays once there are products.</summary>
    public required string Currency { get; init; }

    /// <summary>An IANA name; the days of its statistics are cut by it.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>What delivery costs, by what the goods cost: the last rate that is reached counts. Empty: nothing.</summary>
    public IReadOnlyList<ShippingRate> ShippingRates { get; init; } = [];

    /// <summary>The tax on its goods; null: none is reckoned.</summary>
    public Tax? Tax { get; init; }

    /// <summary>How its orders can be paid.</summary>
    public IReadOnlyList<string> PaymentMethods { get; init; } = Catalog.Core.PaymentMethods.All;

    /// <summary>Whether an order may use two discount codes.</summary>
    public bool CombinesDiscounts { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Texts.None;

    /// <summary>Another system's id of it, unique among stores.</summary>
    public string? ExternalId { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    /// <summary>Counts its changes, from 1; the ETag.</summary>
    public long Version { get; init; } = 1;
}
