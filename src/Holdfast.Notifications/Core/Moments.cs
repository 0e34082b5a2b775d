using System.Globalization;

namespace Holdfast.Notifications.Core;

/// <summary>Times and durations as people read them.</summary>
public static class Moments
{
    /// <summary>A UTC time on the clocks of a store: <c>15:04, 20/11/2026 (GMT+7)</c> or <c>20 Nov 2026, 15:04 (GMT+7)</c>.</summary>
    /// <param name="timeZone">IANA, such as Asia/Ho_Chi_Minh.</param>
    public static string At(DateTime utc, string timeZone, string language)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(timeZone);
        var local = TimeZoneInfo.ConvertTimeFromUtc(utc, zone);
        var offset = zone.GetUtcOffset(utc);
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        var minutes = offset.Minutes == 0 ? "" : $":{Math.Abs(offset.Minutes):00}";
        var gmt = offset == TimeSpan.Zero ? "GMT"
            : string.Create(CultureInfo.InvariantCulture, $"GMT{sign}{Math.Abs(offset.Hours)}{minutes}");
        return language == "vi" ? $"{local.ToString("HH:mm, dd/MM/yyyy", CultureInfo.InvariantCulture)} ({gmt})"
            : $"{local.ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture)} ({gmt})";
    }

    /// <summary>How long, rounded, never to nothing: minutes below two hours, hours below three days, then days.</summary>
    public static string Span(TimeSpan span, string language)
    {
        var (count, vietnamese, english) = span < TimeSpan.FromHours(2) ? ((long)Math.Round(span.TotalMinutes), "phút", "minute")
            : span < TimeSpan.FromDays(3) ? ((long)Math.Round(span.TotalHours), "giờ", "hour")
            : ((long)Math.Round(span.TotalDays), "ngày", "day");
        count = Math.Max(1, count);
        return language == "vi" ? $"{count} {vietnamese}" : $"{count} {english}{(count == 1 ? "" : "s")}";
    }
}
