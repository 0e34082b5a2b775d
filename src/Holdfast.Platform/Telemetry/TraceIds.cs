using System.Diagnostics;

namespace Holdfast.Platform.Telemetry;

/// <summary>Trace ids as W3C Trace Context writes them: 32 hexadecimal digits in lower case.</summary>
public static class TraceIds
{
    /// <summary>The id of the trace under way, or else that of the caller's <c>traceparent</c>, or else a new one.</summary>
    public static string Of(string? traceparent) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString()
        : Parse(traceparent) ?? ActivityTraceId.CreateRandom().ToHexString();

    /// <summary>The trace id of <c>version-traceid-parentid-flags</c> (W3C Trace Context, 3.2); null where it is malformed.</summary>
    public static string? Parse(string? traceparent)
    {
        if (traceparent is not { Length: >= 55 } text || text[2] != '-' || text[35] != '-' || text[52] != '-'
            || (text.Length > 55 && (text[55] != '-' || text.StartsWith("00", StringComparison.Ordinal)))
            || !IsHex(text.AsSpan(0, 2)) || !IsHex(text.AsSpan(3, 32)) || !IsHex(text.AsSpan(36, 16)) || !IsHex(text.AsSpan(53, 2))
            || text.StartsWith("ff", StringComparison.Ordinal) || text.AsSpan(3, 32).IndexOfAnyExcept('0') < 0
            || text.AsSpan(36, 16).IndexOfAnyExcept('0') < 0)
        {
            return null;
        }

        return text.Substring(3, 32);
    }

    private static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept("0123456789abcdef") < 0;
}
