using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Platform.Http.Replies;

/// <summary>An answer: a status with a JSON body, or an error.</summary>
public sealed class Reply : IAnswer
{
    /// <summary>camelCase, enums as snake_case text, nulls written, and Vietnamese text as it is.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new MillisecondsConverter() },
    };

    private Reply(int status, ReadOnlyMemory<byte> body) => (Status, Body) = (status, body);

    public int Status { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public Error? Error { get; private init; }

    public string? Location { get; init; }

    /// <summary>A version, sent as the strong ETag <c>"N"</c>.</summary>
    public long? Version { get; init; }

    /// <summary>An ETag with its quotes, if it is more than the version.</summary>
    public string? ETag { get; private init; }

    /// <summary><c>HIT</c> or <c>MISS</c>, sent as <c>X-Cache</c>.</summary>
    public string? Cache { get; private init; }

    /// <summary>Whether this is the stored answer to an earlier request with the same key.</summary>
    public bool Replayed { get; init; }

    /// <inheritdoc />
    public Guid? StoreId { get; private init; }

    public static Reply Ok(object value) => new(200, Bytes(value));

    public static Reply Ok(object value, long version) => new(200, Bytes(value)) { Version = version };

    /// <summary>201 with the value as JSON, its address and its version.</summary>
    public static Reply Created(object value, string location, long? version = null) =>
        new(201, Bytes(value)) { Location = location, Version = version };

    /// <summary>202: the answer does not say whether anything will be done.</summary>
    public static Reply Accepted() => new(202, "{}"u8.ToArray());

    /// <summary>200 with a cached document; 304 if the caller already has it. The caller must have been allowed to see it.</summary>
    public static Reply Cached(Platform.Caching.DocumentReading found) => found.Document.Reply(found.IsHit);

    internal static Reply Cached(Platform.Caching.Document document, string cache) =>
        new(200, document.Body) { ETag = document.ETag, Cache = cache };

    /// <summary>204. <paramref name="storeId"/>: the store of the change, for the audit log.</summary>
    public static Reply NoContent(Guid? storeId = null) => new(204, default) { StoreId = storeId };

    /// <summary>A body that is JSON already.</summary>
    public static Reply Raw(int status, ReadOnlyMemory<byte> json, string? location = null, long? version = null, bool replayed = false) =>
        new(status, json) { Location = location, Version = version, Replayed = replayed };

    public static implicit operator Reply(Error error) => new(error.Status, default) { Error = error };

    public static byte[] Bytes(object value) => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Json);
}
