using System.Text.Json;

namespace Holdfast.Catalog.Core;

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
