using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>An event in the form that other systems get: CloudEvents 1.0, structured JSON (https://github.com/cloudevents/spec).</summary>
public static class CloudEvent
{
    public const string ContentType = "application/cloudevents+json";

    /// <summary>The <c>source</c> of all our events.</summary>
    public const string Source = "holdfast";

    private const string Version = "1.0";

    /// <summary>Returns UTF-8 JSON. <c>data</c> is copied as it is stored, with the members of the previous state.</summary>
    public static byte[] Write(Event e)
    {
        var buffer = new ArrayBufferWriter<byte>(e.Data.Length + 512);
        Text(buffer,
            $"{{\"specversion\":\"{Version}\",\"id\":\"{e.Id}\",\"source\":\"{Source}\",\"type\":\"{e.Type}\","
            + $"\"subject\":\"{e.Subject}\",\"time\":\"");
        Text(buffer, e.OccurredAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Text(buffer,
            string.Create(CultureInfo.InvariantCulture,
            $"\",\"sequence\":{e.Sequence},\"storeid\":\"{e.StoreId}\",\"datacontenttype\":\"application/json\",\"data\":"));
        e.WriteData(buffer);
        Text(buffer, "}");
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Returns the event that a message names; otherwise what is wrong with the message, in a few words.</summary>
    internal static (EventKey Key, string? Type, string? Fault) Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            var type = Member(root, "type");
            if (Member(root, "specversion") is not Version)
            {
                return (default, type, $"specversion is {Member(root, "specversion") ?? "missing"}, not {Version}");
            }

            return !Guid.TryParseExact(Member(root, "subject"), "D", out var subject) || !root.TryGetProperty("sequence", out var n)
                || n.ValueKind != JsonValueKind.Number || !n.TryGetInt32(out var sequence) || sequence < 1 || type is null
                ? (default, type, "type, subject or sequence are missing or malformed") : (new EventKey(subject, sequence), type, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a text that is no Unicode, half of a surrogate pair or bytes that are no UTF-8.
            return (default, null, $"not JSON: {e.Message}");
        }
    }

    internal static string? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
        ? member.GetString() : null;

    private static void Text(ArrayBufferWriter<byte> buffer, string text) => Encoding.UTF8.GetBytes(text, buffer);
}
