using System.Globalization;
using System.Text.Json;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>Numbers and times.</summary>
public sealed partial class JsonBodyReader
{
    private const int RateDecimals = 4;

    public long Long(string name, long min, long max) => LongOrNull(name, min, max) ?? Missing<long>(name);

    /// <summary>
    /// Reads a whole number within the bounds, or null when it is absent. Some clients write all numbers with decimals: 1.0 is 1.
    /// </summary>
    public long? LongOrNull(string name, long min, long max)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return Whole(value) is not { } number ? Wrong<long?>(name, "must be a whole number")
            : number < min || number > max ? Wrong<long?>(name, $"must be from {min} to {max}")
            : number;
    }

    public int Int(string name, int min, int max) => (int)Long(name, min, max);

    public int? IntOrNull(string name, int min, int max) => (int?)LongOrNull(name, min, max);

    /// <summary>A finite number within the bounds, or null when it is absent.</summary>
    public double? NumberOrNull(string name, double min, double max)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number)
            ? Wrong<double?>(name, "must be a number")
            : number < min || number > max
            ? Wrong<double?>(name, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"))
            : number;
    }

    /// <summary>
    /// Reads a percentage with at most two decimals as basis points: 12.5 is 1250. Null when it is absent. The bounds are basis points,
    /// too.
    /// </summary>
    public long? PercentOrNull(string name, long min, long max) => (long?)(Decimal(name, 2, min / 100m, max / 100m) * 100);

    /// <summary>A rate in percent from 0 to 100 with at most four decimals, such as 8.875; or null when it is absent.</summary>
    public decimal? RateOrNull(string name) => Decimal(name, RateDecimals, 0, 100);

    /// <summary>
    /// Reads an RFC 3339 time with its offset, as UTC; null when it is absent or blank. If <paramref name="zone"/> is given, a plain day is
    /// accepted too: its first moment there, or with <paramref name="isEnd"/> the first moment after it.
    /// </summary>
    public DateTime? TimeOrNull(string name, TimeZoneInfo? zone = null, bool isEnd = false)
    {
        if (!Get(name, out var value) || IsBlank(value))
        {
            return null;
        }

        return Times.Read(StringOrNull(value), zone, isEnd) ?? Wrong<DateTime?>(name, Times.Expected(zone is not null));
    }

    /// <summary>Whether the member is a plain day.</summary>
    public bool IsDay(string name) => Get(name, out var value) && Times.IsDay(StringOrNull(value));

    private static long? Whole(JsonElement value) =>
        value.ValueKind != JsonValueKind.Number ? null
        : value.TryGetInt64(out var number) ? number
        : value.TryGetDecimal(out var written) && written == decimal.Truncate(written) && written is >= long.MinValue and <= long.MaxValue
        ? (long)written
        : null;

    private decimal? Decimal(string name, int decimals, decimal min, decimal max)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number) || decimal.Round(number, decimals) != number
            ? Wrong<decimal?>(name, $"must be a number with at most {(decimals == 2 ? "two" : "four")} decimals")
            : number < min || number > max
            ? Wrong<decimal?>(name, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"))
            : number;
    }
}
