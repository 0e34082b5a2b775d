using System.Text.Json;

namespace Holdfast.Catalog.Core;

/// <summary>What delivery costs when the goods, after their discount, cost <paramref name="From"/> or more. Minor units.</summary>
public sealed record ShippingRate(long From, long Fee);

/// <summary>Tax on goods, in percent with at most four decimals.</summary>
/// <param name="Included">Prices have the tax in them; otherwise it comes on top.</param>
/// <param name="Rate">For goods whose category is not named.</param>
/// <param name="Shipping">For what delivery costs; null: it is not taxed.</param>
public sealed record Tax(bool Included, decimal Rate, IReadOnlyList<CategoryTax> Categories, decimal? Shipping = null);

/// <summary>The rate of a category of goods, in percent.</summary>
public sealed record CategoryTax(string Category, decimal Rate);

/// <summary>Both as they are kept: JSON, or null where a store has none.</summary>
public static class StoreCharges
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string? Write(IReadOnlyList<ShippingRate> rates) => rates.Count == 0 ? null : JsonSerializer.Serialize(rates, Json);

    public static string? Write(Tax? tax) => tax is null ? null : JsonSerializer.Serialize(tax, Json);

    /// <summary>The rates that are stored as JSON; none where it is null.</summary>
    public static IReadOnlyList<ShippingRate> ReadRates(string? json) => json is null ? []
        : JsonSerializer.Deserialize<List<ShippingRate>>(json, Json)!;

    public static Tax? ReadTax(string? json) => json is null ? null : JsonSerializer.Deserialize<Tax>(json, Json);
}
