using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.Platform.Caching;

/// <summary>
/// A served answer, and the facts that say who may see it, so that neither has to be parsed out of the other. Immutable: one object is
/// handed to many requests.
/// </summary>
public sealed class Document
{
    /// <summary>There is no such resource. This is cached too, for a short while.</summary>
    public static readonly Document None = new(default, null);

    private Platform.Http.Replies.Reply? _hit;
    private Platform.Http.Replies.Reply? _miss;

    /// <param name="body">UTF-8 JSON on one line, as it is written to the socket.</param>
    /// <param name="etag">With its quotes, such as <c>"3"</c>.</param>
    public Document(ReadOnlyMemory<byte> body, string? etag) => (Body, ETag) = (body, etag);

    /// <summary>UTF-8 JSON; empty where there is nothing.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The ETag with its quotes.</summary>
    public string? ETag { get; }

    public bool IsNone => Body.IsEmpty;

    /// <summary>Staff of this store may see it.</summary>
    public Guid? StoreId { get; init; }

    /// <summary>This customer may see it.</summary>
    public Guid? CustomerId { get; init; }

    /// <summary>Whether the customer is a guest, who must prove themselves by an access key.</summary>
    public bool IsGuest { get; init; }

    /// <summary>A document of the value as <see cref="Holdfast.Platform.Http.Replies.Reply.Json"/> writes it.</summary>
    public static Document Of(object value, long version) =>
        new(Platform.Http.Replies.Reply.Bytes(value), string.Create(CultureInfo.InvariantCulture, $"\"{version}\""));

    /// <summary>
    /// As <see cref="Of"/>, for a resource that changes without its version: its ETag is <c>"VERSION-HASH"</c>. <c>If-Match</c> compares
    /// the version alone.
    /// </summary>
    public static Document Hashed(object value, long version)
    {
        var body = Platform.Http.Replies.Reply.Bytes(value);
        return new Document(body, string.Create(CultureInfo.InvariantCulture, $"\"{version}-{Hash(body)}\""));
    }

    /// <summary>A document of JSON that has no version, such as a list: its ETag is <c>"HASH"</c>.</summary>
    public static Document Hashed(byte[] json) => new(json, $"\"{Hash(json)}\"");

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));

    /// <summary>200 with <c>X-Cache</c> and the ETag; made once and used by all requests.</summary>
    internal Platform.Http.Replies.Reply Reply(bool hit) => hit ? _hit ??= Platform.Http.Replies.Reply.Cached(this, "HIT")
        : _miss ??= Platform.Http.Replies.Reply.Cached(this, "MISS");
}
