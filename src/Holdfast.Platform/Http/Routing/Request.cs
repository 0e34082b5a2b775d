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
    /// <summary>What a body may have where much is sent at once.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>What a body may have elsewhere.</summary>
    public const int SmallBodyBytes = 64 * 1024;

    private const int MaxKeyLength = 255;

    private ReadOnlyMemory<byte>? _body;

    public HttpContext Http { get; } = http;

    public Caller Caller { get; } = caller;

    /// <summary>The address it came from, as rate limits count it: of IPv6 the network of one subscriber.</summary>
    public string Client => RateLimits.Partition(Http.Connection.RemoteIpAddress).ToString();

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The caller reads Vietnamese rather than English, says Accept-Language.</summary>
    public bool IsVietnamese => Problem.IsVietnamese(Http);

    /// <summary>The first of <c>vi</c> and <c>en</c> that Accept-Language names; null when it names neither.</summary>
    public string? Locale => Problem.Locale(Http);

    /// <summary>An id of the route; null (answer 404) when it is not a UUID.</summary>
    public Guid? Id(string name = "id") => Guid.TryParseExact(Http.Request.RouteValues[name] as string, "D", out var id) ? id : null;

    /// <summary>A text of the route, in NFC.</summary>
    public string RouteText(string name) => UnicodeText.Nfc(Http.Request.RouteValues[name] as string ?? "");

    /// <summary>
    /// A parameter of the query, in NFC; null where it is absent or empty. The route's declaration names it, or this is a bug and throws.
    /// </summary>
    public string? Query(string name) =>
        !route.Query.Contains(name)
        ? throw new InvalidOperationException($"{route.Method} {route.Pattern} does not declare the parameter {name}")
        : Http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text
        ? UnicodeText.Nfc(text)
        : null;

    /// <summary>A UUID of the query: the error to answer where it is missing or something else.</summary>
    public Result<Guid> QueryId(string name)
    {
        var id = QueryIdOrNull(name);
        return !id.IsOk ? id.Error! : id.Value ?? (Result<Guid>)Errors.Invalid(name, "is required");
    }

    /// <summary>A UUID of the query; null where it is absent, and the error to answer where it is something else.</summary>
    public Result<Guid?> QueryIdOrNull(string name) =>
        Query(name) is not { } text ? (Guid?)null
        : Guid.TryParseExact(text, "D", out var id) ? id : Errors.Invalid(name, "must be a UUID");

    /// <summary>Which list of the API this is, with the ids in its path.</summary>
    internal string Address => route.Address(Http.Request.RouteValues);

    /// <summary>The store that the query names, where the route knows such a parameter.</summary>
    internal Guid? QueriedStore => route.Query.Contains("storeId") && Guid.TryParseExact(Query("storeId"), "D", out var id) ? id : null;

    /// <summary>The header's first value; null where it is missing or empty.</summary>
    public string? Header(string name) =>
        Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text ? text : null;

    /// <summary>The versions that <c>If-Match</c> names; null without one.</summary>
    public VersionCondition? IfMatch => Http.Request.Headers.IfMatch is { Count: > 0 } tags && tags.ToString() is { Length: > 0 } text
        ? VersionCondition.Parse(text) : null;

    /// <summary>
    /// The raw body, unpacked where it came packed; more than <paramref name="maxBytes"/>: 413. One that does not arrive in time or cannot
    /// be read is a <see cref="BadHttpRequestException"/>.
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

    /// <summary>The body as fields: 413 or 400 <c>invalid_json</c> otherwise.</summary>
    public async ValueTask<Result<JsonBodyReader>> FieldsAsync(int maxBytes = SmallBodyBytes)
    {
        var body = await BodyAsync(maxBytes);
        return body.IsOk ? JsonBodyReader.Parse(body.Value) : body.Error!;
    }

    /// <summary>
    /// What the reader makes of the body; else the error to answer: that of <see cref="FieldsAsync"/>, or what is wrong with a member.
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

    /// <summary>For a request whose body takes no members: null where it has none, else the error to answer.</summary>
    public async ValueTask<Error?> NoMembersAsync()
    {
        var fields = await FieldsAsync();
        return fields.IsOk ? fields.Value.Done() : fields.Error;
    }

    /// <summary>
    /// The Idempotency-Key (header, or the body's <c>idempotencyKey</c>), scoped to the caller, the route and its ids. Read the body first.
    /// The IETF draft quotes the key; quotes are taken off, so both forms are the same key.
    /// </summary>
    /// <param name="guest">
    /// What a caller without a token has proved or said to be; every route that guests may call gives it. See docs/adr/0014.
    /// </param>
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
    /// Whether a comma outside quotes is in the header. Clients and proxies join two headers with one (RFC 9110, 5.3), so that such a text
    /// does not say which key is meant.
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
