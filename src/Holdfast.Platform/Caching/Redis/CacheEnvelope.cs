using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// A document as it is stored in Redis. Line 1 is the body exactly as it is served. Line 2 is a JSON object: the version of this format,
/// the epoch of the Redis, the ETag, the facts, the tokens of the tags, and last a checksum over the key and all that precedes it. Anything
/// that deviates from this is not a document.
/// </summary>
internal static class CacheEnvelope
{
    public const int Format = 1;

    private const int TailLength = 18;
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    private sealed record Line(
        [property: JsonPropertyName("format")] int Format,
        [property: JsonPropertyName("epoch")] string Epoch,
        [property: JsonPropertyName("tokens")] string[] Tokens,
        [property: JsonPropertyName("etag")] string? ETag,
        [property: JsonPropertyName("store")] Guid? Store,
        [property: JsonPropertyName("customer")] Guid? Customer,
        [property: JsonPropertyName("guest")] bool Guest);

    public static byte[] Write(string key, Document document, string epoch, string[] tokens)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(
            new Line(Format, epoch, tokens, document.ETag, document.StoreId, document.CustomerId, document.IsGuest), Json);
        var body = document.Body.Span;
        var value = new byte[body.Length + 1 + line.Length - 1 + TailLength];
        body.CopyTo(value);
        value[body.Length] = (byte)'\n';
        line.AsSpan(0, line.Length - 1).CopyTo(value.AsSpan(body.Length + 1));
        Tail(Checksum(key, value.AsSpan(0, value.Length - TailLength))).CopyTo(value.AsSpan(value.Length - TailLength));
        return value;
    }

    /// <summary>
    /// Returns the document; null for garbage, for another format, and for a document whose epoch or tags are not the current ones.
    /// </summary>
    public static Document? Read(string key, byte[] value, string epoch, string[] tokens)
    {
        var content = value.AsSpan(0, Math.Max(0, value.Length - TailLength));
        var end = content.LastIndexOf((byte)'\n');
        if (end <= 0 || !value.AsSpan(content.Length).SequenceEqual(Tail(Checksum(key, content))))
        {
            return null;
        }

        Line? line;
        try
        {
            line = JsonSerializer.Deserialize<Line>([.. content[(end + 1)..], (byte)'}'], Json);
        }
        catch (JsonException)
        {
            return null;
        }

        return line?.Format != Format || line.Epoch != epoch || !line.Tokens.AsSpan().SequenceEqual(tokens) ? null
            : new Document(value.AsMemory(0, end), line.ETag) { StoreId = line.Store, CustomerId = line.Customer, IsGuest = line.Guest };
    }

    // As the last member of the object, in a fixed width.
    private static byte[] Tail(uint checksum) => Encoding.ASCII.GetBytes($",\"crc\":\"{checksum:x8}\"}}");

    private static uint Checksum(string key, ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var c in key)
        {
            crc = BitOperations.Crc32C(crc, c);
        }

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
