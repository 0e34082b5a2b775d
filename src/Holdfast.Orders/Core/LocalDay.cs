using System.Collections.Concurrent;
using System.Globalization;

namespace Holdfast.Orders.Core;

/// <summary>Days of a store's time zone.</summary>
public static class LocalDay
{
    private static readonly ConcurrentDictionary<(long Quarter, string Zone), string> Known = new();

    /// <summary>The day of a UTC time in a zone: yyyy-MM-dd.</summary>
    public static string Of(DateTime utc, string timeZone)
    {
        // A day does not change within a quarter of an hour that starts on the quarter: no zone's offset is finer.
        var quarter = utc.Ticks / (TimeSpan.TicksPerMinute * 15);
        if (Known.Count > 10_000)
        {
            Known.Clear();
        }

        return Known.GetOrAdd((quarter, timeZone), static key =>
        {
            var start = new DateTime(key.Quarter * TimeSpan.TicksPerMinute * 15, DateTimeKind.Utc);
            return TimeZoneInfo.ConvertTimeFromUtc(start, TimeZoneInfo.FindSystemTimeZoneById(key.Zone))
                .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        });
    }
}
