using System.Text.RegularExpressions;
using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Text;

namespace Holdfast.Catalog.Endpoints;

/// <summary>The body of both.</summary>
internal static partial class StoreBody
{
    private const long MaxAmount = 1_000_000_000_000;
    private const string ZoneOfVietnam = "Asia/Ho_Chi_Minh";

    public static Result<Store> Read(Result<JsonBodyReader> body, Guid id)
    {
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var store = new Store
        {
            Id = id,
            Slug = fields.Text("slug", max: 63),
            Name = fields.Text("name"),
            Currency = fields.Text("currency", max: 3),
            TimeZone = fields.TextOrNull("timeZone", max: 64) is { } zone ? TimeZone(fields, zone)
                : UsualZone(fields.TextOrNull("currency", max: 3)),
            ShippingRates = Rates(fields),
            Tax = TaxOrNull(fields),
            PaymentMethods = ProductBody.Methods(fields) ?? PaymentMethods.All,
            CombinesDiscounts = fields.BoolOrNull("combinesDiscounts") ?? false,
            Metadata = fields.MetadataOrNull("metadata") ?? Texts.None,
            ExternalId = fields.TextOrNull("externalId"),
        };
        if (store.Slug.Length > 0 && !Slug().IsMatch(store.Slug))
        {
            fields.Reject("slug", "must be of a-z, 0-9 and -");
        }

        if (store.Currency.Length > 0 && Currencies.Digits(store.Currency) is null)
        {
            fields.Reject("currency", "must be an ISO 4217 code such as VND");
        }

        return fields.Done() is { } error ? error : store;
    }

    /// <summary>Says which unique field of a store another one has.</summary>
    public static async Task<Reply> TakenAsync(Db db, Func<Task<Reply>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception e) when (db.IsUniqueViolation(e, "slug"))
        {
            return CatalogErrors.SlugTaken;
        }
        catch (Exception e) when (db.IsUniqueViolation(e, "external_id"))
        {
            return CatalogErrors.ExternalIdTaken;
        }
    }

    /// <summary>Sorted by what they begin at, each once.</summary>
    private static List<ShippingRate> Rates(JsonBodyReader fields)
    {
        var rates = fields.ObjectsOrNull("shippingRates", f => new ShippingRate(f.Long("from", 0, MaxAmount), f.Long("fee", 0, MaxAmount)),
            0, 20) ?? [];
        rates.Sort((a, b) => a.From.CompareTo(b.From));
        if (rates.Zip(rates.Skip(1)).Any(pair => pair.First.From == pair.Second.From))
        {
            fields.Reject("shippingRates", "name each 'from' once");
        }
        else if (rates is [{ From: > 0 }, ..])
        {
            // Below it nothing would be charged, which nobody means who writes a table.
            fields.Reject("shippingRates", "begin with 'from' 0: say what delivery costs below the first amount, 0 where it is free");
        }

        return rates;
    }

    private static Tax? TaxOrNull(JsonBodyReader fields)
    {
        if (fields.ObjectOrNull("tax") is not { } tax)
        {
            return null;
        }

        var categories = tax.ObjectsOrNull("categories", f => new CategoryTax(f.Text("category", 100), Percent(f)), 0, 100) ?? [];
        if (categories.DistinctBy(c => c.Category, UnicodeText.Names).Count() < categories.Count)
        {
            tax.Reject("categories", "name each category once");
        }

        return new Tax(tax.BoolOrNull("included") ?? false, Percent(tax), categories, tax.RateOrNull("shipping"));
    }

    private static decimal Percent(JsonBodyReader fields)
    {
        var rate = fields.RateOrNull("rate");
        if (rate is null && !fields.Has("rate"))
        {
            fields.Reject("rate", "is required: a percentage such as 8 or 8.875");
        }

        return rate ?? 0;
    }

    /// <summary>One currency has one time zone; where the machine knows no zones (tzdata is not installed), there is UTC alone.</summary>
    private static string UsualZone(string? currency) => currency == "VND" && TimeZoneInfo.TryFindSystemTimeZoneById(ZoneOfVietnam, out _)
        ? ZoneOfVietnam : "UTC";

    private static string TimeZone(JsonBodyReader fields, string name)
    {
        if (Zone().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone.Id;
        }

        fields.Reject("timeZone", "must be an IANA name such as Asia/Ho_Chi_Minh");
        return name;
    }

    [GeneratedRegex("^[a-z0-9-]+$")]
    private static partial Regex Slug();

    // The system's database also holds files that are no zones, and copies under posix/ and right/.
    [GeneratedRegex("^(UTC|(?!posix/|right/)[A-Za-z]+(/[A-Za-z0-9_+-]+)+)$")]
    private static partial Regex Zone();
}
