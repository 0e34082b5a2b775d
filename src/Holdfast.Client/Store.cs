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

/// <summary>What delivery costs from an amount of goods on, after their discount. Minor units.</summary>
/// <param name="From">What the goods cost at least.</param>
/// <param name="Fee">What delivery costs then.</param>
public sealed record ShippingRate(long From, long Fee);

/// <summary>Tax on goods, in percent with at most four decimals.</summary>
/// <param name="Included">Prices have the tax in them; otherwise it comes on top.</param>
/// <param name="Rate">For goods whose category is not named.</param>
/// <param name="Categories">Rates of categories; null or empty where none differs.</param>
/// <param name="Shipping">For what delivery costs; null: it is not taxed.</param>
public sealed record Tax(bool Included, decimal Rate, IReadOnlyList<CategoryTax>? Categories = null, decimal? Shipping = null);

/// <summary>The rate of a category of goods, in percent.</summary>
/// <param name="Category">As products name it, however it is written.</param>
/// <param name="Rate">0 to 100.</param>
public sealed record CategoryTax(string Category, decimal Rate);

/// <summary>The ways to pay an order.</summary>
public static class PaymentMethod
{
    /// <summary>With a payment provider, within minutes.</summary>
    public const string Online = "online";

    /// <summary>By bank transfer, within days.</summary>
    public const string BankTransfer = "bank_transfer";

    /// <summary>To whoever brings the goods.</summary>
    public const string CashOnDelivery = "cash_on_delivery";
}
