using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Text;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Platform.Http.Routing;

/// <summary>A request as the use cases see it.</summary>
public sealed class Request(HttpContext http, Caller caller, RouteRule route, TimeSpan bodyWithin)
{
    /// <summary>The most bytes of a body on routes that take many items at once.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>The most bytes of a body on all other routes.</summary>
    public const int SmallBodyBytes = 64 * 1024;

    private const int MaxKeyLength = 255;

    private ReadOnlyMemory<byte>? _body;

    public HttpContext Http { get; } = http;

    public Caller Caller { get; } = caller;

    /// <summary>The client's address, as rate limits count it: IPv6 addresses by the network of one subscriber.</summary>
    public string Client => RateLimits.Partition(Http.Connection.RemoteIpAddress).ToString();

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Whether the caller prefers Vietnamese to English, by Accept-Language.</summary>
    public bool IsVietnamese => Problem.IsVietnamese(Http);

    /// <summary>The first of <c>vi</c> and <c>en</c> that Accept-Language names; null when it names neither.</summary>
    public string? Locale => Problem.Locale(Http);

    /// <summary>An id of the route; null (answer 404) when it is not a UUID.</summary>
    public Guid? Id(string name = "id") => Guid.TryParseExact(Http.Request.RouteValues[name] as string, "D", out var id) ? id : null;

    /// <summary>A text of the route, in NFC.</summary>
    public string RouteText(string name) => UnicodeText.Nfc(Http.Request.RouteValues[name] as string ?? "");

    /// <summary>
    /// Returns a query parameter, in NFC; null if it is absent or empty. Throws if the route's declaration does not name it: that is a bug.
    /// </summary>
    public string? Query(string name) =>
        !route.Query.Contains(name)
        ? throw new InvalidOperationException($"{route.Method} {route.Pattern} does not declare the parameter {name}")
        : Http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text
        ? UnicodeText.Nfc(text)
        : null;

    /// <summary>Returns a UUID of the query, or the error to answer if it is missing or something else.</summary>
    public Result<Guid> QueryId(string name)
    {
        var id = QueryIdOrNull(name);
        return !id.IsOk ? id.Error! : id.Value ?? (Result<Guid>)Errors.Invalid(name, "is required");
    }

    /// <summary>Returns a UUID of the query, null if it is absent, or the error to answer if it is something else.</summary>
    public Result<Guid?> QueryIdOrNull(string name) =>
        Query(name) is not { } text ? (Guid?)null
        : Guid.TryParseExact(text, "D", out var id) ? id : Errors.Invalid(name, "must be a UUID");

    /// <summary>Identifies a list of the API, with the ids in its path.</summary>
    internal string Address => route.Address(Http.Request.RouteValues);

    /// <summary>The store that the query names, if the route knows such a parameter.</summary>
    internal Guid? QueriedStore => route.Query.Contains("storeId") && Guid.TryParseExact(Query("storeId"), "D", out var id) ? id : null;

    /// <summary>Returns the header's first value; null if it is missing or empty.</summary>
    public string? Header(string name) =>
        Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text ? text : null;

    /// <summary>The versions that <c>If-Match</c> names; null if the header is missing.</summary>
    public VersionCondition? IfMatch => Http.Request.Headers.IfMatch is { Count: > 0 } tags && tags.ToString() is { Length: > 0 } text
        ? VersionCondition.Parse(text) : null;

    /// <summary>
    /// Returns the raw body, decompressed if necessary; 413 if it has more than <paramref name="maxBytes"/>. A body that does not arrive in
    /// time or cannot be read throws <see cref="BadHttpRequestException"/>.
    /// </summary>
    public async ValueTask<Result<ReadOnlyMemory<byte>>> BodyAsync(int maxBytes = SmallBodyBytes)
    {
        if (_body is { } known)
        {
            return known;
        }

        var read = await RequestBody.ReadAsync(Http.Request, maxBytes, bodyWithin);
        if (read.IsOk)
        {
            _body = read.Value;
        }

        return read;
    }

    /// <summary>Reads the body's fields; 413 or 400 <c>invalid_json</c> if it cannot.</summary>
    public async ValueTask<Result<JsonBodyReader>> FieldsAsync(int maxBytes = SmallBodyBytes)
    {
        var body = await BodyAsync(maxBytes);
        return body.IsOk ? JsonBodyReader.Parse(body.Value) : body.Error!;
    }

    /// <summary>
    /// Returns what the reader makes of the body, or the error to answer: that of <see cref="FieldsAsync"/>, or what is wrong with a
    /// member.
    /// </summary>
    public async ValueTask<Result<T>> ReadAsync<T>(Func<JsonBodyReader, T> read)
    {
        var body = await FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var value = read(body.Value);
        return body.Value.Done() is { } error ? error : value;
    }

    /// <summary>For a route whose body has no members: returns null if the body has none, else the error to answer.</summary>
    public async ValueTask<Error?> NoMembersAsync()
    {
        var fields = await FieldsAsync();
        return fields.IsOk ? fields.Value.Done() : fields.Error;
    }

    /// <summary>
    /// Returns the Idempotency-Key (the header, or the body's <c>idempotencyKey</c>), scoped to the caller, the route and its ids. Read the
    /// body first. The IETF draft quotes the key; quotes are removed, so both forms are the same key.
    /// </summary>
    /// <param name="guest">What a caller without a token has proved or claims to be; every route that guests may call passes it. See
    /// docs/adr/0014.</param>
    public Result<IdempotencyKey?> Idempotency(bool required, string? guest = null, string? fromBody = null)
    {
        var headers = Http.Request.Headers["Idempotency-Key"];
        if (headers.Count > 1 || IsSeveralKeys(headers.ToString()))
        {
            return Errors.IdempotencyKeyAmbiguous;
        }

        var key = Unquoted(Header("Idempotency-Key") ?? fromBody);
        if (string.IsNullOrEmpty(key))
        {
            return required ? Errors.IdempotencyKeyRequired : (IdempotencyKey?)null;
        }

        if (key.Length > MaxKeyLength || !JsonBodyReader.IsClean(key))
        {
            return Errors.Invalid("Idempotency-Key", $"must be at most {MaxKeyLength} printable characters");
        }

        var owner = Caller.Role != Role.Guest ? Caller.Scope
            : $"guest\n{guest ?? throw new InvalidOperationException($"{route.Pattern} does not say whose key a guest's is")}";
        var address = $"{route.Address(Http.Request.RouteValues)}\n";
        return new IdempotencyKey(Truncated(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}\n{address}{key}"))),
            Fingerprint(address, (_body ?? default).Span));
    }

    private static string? Unquoted(string? text)
    {
        var key = text?.Trim();
        return key is { Length: >= 2 } && key[0] == '"' && key[^1] == '"' ? key[1..^1] : key;
    }

    /// <summary>
    /// Whether the header contains a comma outside quotes. Clients and proxies join two headers with a comma (RFC 9110, 5.3), so that such
    /// a text does not say which key is meant.
    /// </summary>
    private static bool IsSeveralKeys(string header)
    {
        var isQuoted = false;
        for (var i = 0; i < header.Length; i++)
        {
            switch (header[i])
            {
                case '\\' when isQuoted:
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    return true;
            }
        }

        return false;
    }

    private static byte[] Fingerprint(string address, ReadOnlySpan<byte> body)
    {
        var length = Encoding.UTF8.GetByteCount(address) + body.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var start = Encoding.UTF8.GetBytes(address, buffer);
        body.CopyTo(buffer.AsSpan(start));
        var hash = SHA256.HashData(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        return hash;
    }

    // 128 bits: finding a second key of the same hash takes 2^128 tries, and both databases index it well.
    private static Guid Truncated(byte[] hash) => new(hash.AsSpan(0, 16), bigEndian: true);
}
