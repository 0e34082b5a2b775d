using System.Text.RegularExpressions;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions.Endpoints;

/// <summary>Reads the rule of a code: all that a change may replace.</summary>
internal static partial class DiscountBody
{
    private const long MaxAmount = 1_000_000_000_000_000;
    private const long MaxUses = 1_000_000_000;
    private const int WholePercent = 10_000;

    /// <summary>
    /// The rule for a code whose names are known. What is wrong is noted in the fields; <see cref="JsonBodyReader.Done"/> is the caller's
    /// to ask.
    /// </summary>
    /// <param name="zone">The store's time zone, in which plain days are read: a code ends when its last day does.</param>
    public static DiscountCode Read(JsonBodyReader fields, Guid id, Guid? storeId, string code, TimeZoneInfo? zone)
    {
        var word = fields.Word("kind", [.. DiscountKinds.All]);
        var kind = word.Length == 0 ? DiscountKind.Fixed : DiscountKinds.Parse(word);
        var read = new DiscountCode
        {
            Id = id,
            StoreId = storeId,
            Code = code,
            Kind = kind,
            Value = Value(fields, kind),
            Currency = fields.TextOrNull("currency", max: 3),
            StartsAt = Cut(fields.TimeOrNull("startsAt", zone)),
            EndsAt = Cut(fields.TimeOrNull("endsAt", zone, isEnd: true)),
            MinimumSubtotal = fields.LongOrNull("minimumSubtotal", 1, MaxAmount),
            UsageLimit = fields.LongOrNull("usageLimit", 1, MaxUses),
            UsageLimitPerCustomer = fields.LongOrNull("usageLimitPerCustomer", 1, MaxUses),
            Categories = Categories(fields),
            Active = fields.BoolOrNull("active") ?? true,
        };
        Check(fields, read);
        return read;
    }

    /// <summary>The time zone of the code's store, where the body names plain days; a code for all stores has none.</summary>
    public static async Task<TimeZoneInfo?> ZoneAsync(Db db, JsonBodyReader fields, Guid? storeId, CancellationToken ct) =>
        storeId is { } id && (fields.IsDay("startsAt") || fields.IsDay("endsAt"))
        ? Times.Zone(await db.ReadAsync(s => s.FirstAsync("SELECT time_zone FROM stores WHERE id = $1", r => r.Text(0), id), ct)) : null;

    private static long Value(JsonBodyReader fields, DiscountKind kind)
    {
        var value = kind switch
        {
            DiscountKind.Percent => fields.PercentOrNull("value", 1, WholePercent),
            DiscountKind.FreeShipping => fields.LongOrNull("value", 0, 0),
            _ => fields.LongOrNull("value", 1, MaxAmount),
        };
        if (kind != DiscountKind.FreeShipping && !fields.Has("value"))
        {
            fields.Reject("value", "is required");
        }

        return value ?? 0;
    }

    private static IReadOnlyList<string> Categories(JsonBodyReader fields)
    {
        var categories = fields.TextsOrNull("categories", max: 50)?.ConvertAll(c => c.Trim()) ?? [];
        if (categories.Contains(""))
        {
            fields.Reject("categories", "must not have blank entries");
        }

        return [.. categories.Distinct(UnicodeText.Names)];
    }

    private static void Check(JsonBodyReader fields, DiscountCode read)
    {
        if (read.EndsAt <= read.StartsAt)
        {
            fields.Reject("endsAt", "must be after startsAt");
        }

        if (read.UsageLimitPerCustomer > read.UsageLimit)
        {
            fields.Reject("usageLimitPerCustomer", "must be at most usageLimit");
        }

        var hasAmount = read.Kind == DiscountKind.Fixed || read.MinimumSubtotal is not null;
        switch (read.StoreId, read.Currency)
        {
            case (not null, not null):
                fields.Reject("currency", "is the store's; leave it out");
                break;
            case (null, null) when hasAmount:
                fields.Reject("currency", "is required: the amounts of a code for all stores need one");
                break;
            case (null, not null) when !hasAmount:
                fields.Reject("currency", "has no amount that it is the currency of");
                break;
            case (null, { } currency) when !Iso4217().IsMatch(currency):
                fields.Reject("currency", "must be an ISO 4217 code such as VND");
                break;
            default:
                break;
        }
    }

    /// <summary>Times are kept as they are served: to the millisecond.</summary>
    private static DateTime? Cut(DateTime? time) => time is { } t
        ? new DateTime(t.Ticks - (t.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc) : null;

    [GeneratedRegex(@"\A[A-Z]{3}\z")]
    private static partial Regex Iso4217();
}
