using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Holdfast.Platform;

/// <summary>
/// The one reader of times that people and other systems write. A time has its offset (RFC 3339), or it would mean another moment on every
/// server; a plain day is taken only where it is known whose day it is.
/// </summary>
public static partial class Times
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>UTC; null for what is no time, or a day without <paramref name="zone"/>.</summary>
    /// <param name="zone">Where plain days are taken: the zone whose days they are.</param>
    /// <param name="isEnd">A plain day means the first moment after it, not its first one.</param>
    public static DateTime? Read(string? text, TimeZoneInfo? zone = null, bool isEnd = false)
    {
        if (text is null)
        {
            return null;
        }

        if (zone is not null && DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return !isEnd ? StartOf(day, zone) : day < DateOnly.MaxValue ? StartOf(day.AddDays(1), zone) : null;
        }

        return Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.UtcDateTime : null;
    }

    /// <summary>As <see cref="Read"/>, of a query's parameter, in which a plus sign that was not escaped has become a blank.</summary>
    public static DateTime? ReadParameter(string text, TimeZoneInfo? zone = null, bool isEnd = false) =>
        Read(text.Length > DayFormat.Length ? text.Replace(' ', '+') : text, zone, isEnd);

    /// <summary>The zone of an IANA name; null without one, or where this machine does not know it.</summary>
    public static TimeZoneInfo? Zone(string? name) => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : null;

    /// <summary>Writes a time as it is served: RFC 3339, UTC, to the millisecond; null as null.</summary>
    public static void Write(Utf8JsonWriter json, JsonEncodedText name, DateTime? value)
    {
        if (value is not { } time)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[24];
        time.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..written]);
    }

    /// <summary>Whether it is a plain day.</summary>
    public static bool IsDay(string? text) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>What is expected, as the rest of a sentence.</summary>
    public static string Expected(bool orDay) => "must be an RFC 3339 time with an offset, such as 2026-12-31T23:59:59+07:00"
        + (orDay ? ", or a day such as 2026-12-31" : "");

    /// <summary>The first moment of a day in a zone: after midnight, where the clocks are put forward at it.</summary>
    public static DateTime StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        // Where midnight comes twice, the first one.
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return DateTime.SpecifyKind(local.Ticks >= offset.Ticks ? local - offset : DateTime.MinValue, DateTimeKind.Utc);
    }

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}
