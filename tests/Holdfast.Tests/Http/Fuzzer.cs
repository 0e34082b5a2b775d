using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>A request as bytes.</summary>
/// <param name="IsMalformed">Where it ends is not what its head says, or it is so long that the server need not read all of it: the server
/// may end the connection, and the system may drop the answer then.</param>
internal sealed record FuzzedRequest(byte[] Bytes, bool IsHead, bool IsCutOff, bool IsMalformed)
{
    /// <summary>Nothing can follow on the connection, and an answer need not come.</summary>
    public bool IsLast => IsCutOff || IsMalformed;
}

/// <summary>
/// Makes requests out of the route table and the bodies that would be taken, with something wrong, odd or far too much in them.
/// </summary>
internal sealed class Fuzzer(Random random, EveryRoute routes, IReadOnlyList<string?> tokens)
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "1.0", "1.5", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
            "1e309", "-0", "1e-400", "\"\"", "\"  \"", "\"x\"", "[]", "{}", "[null]",
        "[[[[]]]]", "{\"a\":{}}", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u202e\\u2028\\ufeff\"", "\"\\u200b\"",
            "\"a\\u0301\\u0323\"", "\"\\uff21\\uff22\"", "\"😀👩\"", "\"ﷺﬃ\"", "\"İıß\"",
        "\"2026-12-31\"", "\"2026-12-31T00:00:00\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.9999999Z\"",
            "\"00000000-0000-0000-0000-000000000000\"", "\"'; DROP TABLE orders; --\"",
        "\"a@b\"", "\"a@xn--a.example\"", "\"\\u212a@example.com\"", "\"../../etc\"", "\"%00%ff\"", "\"{0}{v.id}$1\"",
    ];

    private static readonly string[] Parts =
    [
        "x", "0", "-1", "%00", "%ff%fe", "%ed%a0%80", "%0d%0a", "..", "%2e%2e", "%25", "%E2%80%8B", "%EF%BC%A1", "a%CC%81", "%F0%9F%98%80",
            "00000000-0000-0000-0000-000000000000", "'%20OR%201=1--", "%", "%zz", "~", "SPRING",
        "spring%E2%80%8B", "%5Cu0000", "null", "*", "{id}",
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW", "get",
        "PROPFIND", "M-SEARCH", "CONNECT"];

    private static readonly string[] Names =
        ["limit", "cursor", "storeId", "q", "category", "sort", "status", "paymentStatus", "from", "to", "below", "hard", "code", "actor",
        "lane", "slug", "externalId", "stauts", "", "%00", "limit[]", "\u0111"];

    private static readonly string[] Headers =
    [
        "If-Match", "If-None-Match", "Idempotency-Key", "Content-Type", "Content-Encoding", "Accept", "Accept-Language", "Accept-Encoding",
            "X-Cart-Token", "X-Access-Key", "Authorization", "traceparent", "X-Device-Token",
        "X-Forwarded-For", "Origin", "Cookie", "Range", "Connection", "Host", "X-HTTP-Method-Override",
    ];

    private static readonly string[] HeaderValues =
    [
        "", "*", "\"", "\"1\"", "W/\"1\"", "\"1\", W/\"2\",*", "\"99999999999999999999\"", "x", "a, b", "gzip", "br", "deflate, gzip",
            "identity", "text/plain", "application/xml; charset=utf-16", "application/json; charset=utf-7",
        "vi;q=abc, en;q=-1", ";;;,,,", "chunked", "100-continue", "0", "-1", "1e9", "00-0-0-0",
            "00-11111111111111111111111111111111-2222222222222222-01", "Bearer", "Bearer x.y.z", "Bearer hk_x", "Basic YTpi", "bytes=0-0",
        "\u00e9\u00ff", "\u0001", "'; DROP TABLE x; --", "close", "null",
    ];

    /// <summary>Longer heads, and longer bodies than routes take, are refused before they are read to the end.</summary>
    private const int MostOfAHead = 8_000;

    private const int MostOfABody = 60_000;

    /// <summary>Work with passwords costs tens of milliseconds, by design; such routes come seldom.</summary>
    private readonly RouteRule[] _cheap = [.. routes.Rules.Where(r => !IsDear(r))];

    private readonly RouteRule[] _dear = [.. routes.Rules.Where(IsDear)];

    private readonly Dictionary<string, JsonObject> _bodies = routes.Bodies.ToDictionary(b => $"{b.Route.Method} {b.Route.Pattern}",
        b => b.Body);

    /// <summary>The next request.</summary>
    /// <param name="mayDelete">Whether what is there may go: until then there is something to aim at.</param>
    public FuzzedRequest Next(bool mayDelete)
    {
        var route = random.Next(60) == 0 ? _dear[random.Next(_dear.Length)] : _cheap[random.Next(_cheap.Length)];
        var method = random.Next(12) == 0 ? Methods[random.Next(Methods.Length)] : route.Method;
        var body = route.Method is "POST" or "PUT" or "PATCH" || random.Next(20) == 0 ? Body(route) : [];
        var isCutOff = body.Length > 1 && random.Next(400) == 0;
        var headers = Head();
        var path = Path(route);
        if ((route.Method == "DELETE" || method == "DELETE") && !mayDelete && !route.Pattern.Contains("/carts/", StringComparison.Ordinal))
        {
            if (random.Next(2) == 0)
            {
                path = RouteRequests.Path(route);
            }
            else
            {
                headers["If-Match"] = "\"77\"";
            }
        }

        headers["Content-Length"] = $"{body.Length}";
        var isMalformed = false;
        if (!isCutOff && random.Next(50) == 0)
        {
            (body, isMalformed) = FuzzedFraming.Apply(random, headers, body);
        }

        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(null, $"{name}: {value}\r\n");
        }

        return new FuzzedRequest(
            [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. isCutOff ? body[..random.Next(body.Length)] : body],
            method == "HEAD", isCutOff, isMalformed || head.Length > MostOfAHead || body.Length > MostOfABody);
    }

    private Dictionary<string, string> Head()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = "fuzz",
            ["X-Cart-Token"] = EveryRoute.CartToken,
            ["Idempotency-Key"] = $"f{random.NextInt64():x}",
            ["If-Match"] = random.Next(2) == 0 ? "\"1\"" : "*",
            ["Content-Type"] = "application/json",
        };
        if (tokens[random.Next(tokens.Count)] is { } token)
        {
            headers["Authorization"] = $"Bearer {token}";
        }

        for (var changes = random.Next(3); changes > 0; changes--)
        {
            headers[Headers[random.Next(Headers.Length)]] = random.Next(200) == 0 ? new string('h', random.Next(40_000))
                : HeaderValues[random.Next(HeaderValues.Length)];
        }

        return headers;
    }

    // Only what hashes passwords; a good body of these costs tens of milliseconds.
    private static bool IsDear(RouteRule route) => $"{route.Method} {route.Pattern}" is "POST /api/v1/auth/login"
        or "POST /api/v1/auth/register" or "POST /api/v1/auth/password" or "POST /api/v1/auth/reset-password" or "POST /api/v1/auth/email"
        or "DELETE /api/v1/auth/me";

    private string Path(RouteRule route)
    {
        var path = routes.Path(route);
        if (random.Next(6) == 0)
        {
            var parts = path.Split('/');
            parts[random.Next(1, parts.Length)] = random.Next(100) == 0 ? new string('a', random.Next(9_000))
                : Parts[random.Next(Parts.Length)];
            path = string.Join('/', parts);
        }

        if (random.Next(3) != 0)
        {
            return path;
        }

        IEnumerable<string> known = route.Query.Count > 0 && random.Next(3) > 0 ? route.Query : Names;
        var query = Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => $"{Escaped(known.ElementAt(random.Next(known.Count())))}={QueryValue()}");
        return $"{path}?{string.Join('&', query)}";
    }

    // What no request line can hold is no request; the server's own answer to that is tried elsewhere.
    private static string Escaped(string name) => name.All(char.IsAscii) ? name : Uri.EscapeDataString(name);

    private string QueryValue() => random.Next(4) == 0 ? Uri.EscapeDataString(Text(Values[random.Next(Values.Length)]))
        : Parts[random.Next(Parts.Length)].Replace("{id}", "%7B", StringComparison.Ordinal);

    private static string Text(string json) =>
        json.Replace("\\ud800", "", StringComparison.Ordinal).Replace("\\udc00", "", StringComparison.Ordinal);

    private byte[] Body(RouteRule route)
    {
        if (!_bodies.TryGetValue($"{route.Method} {route.Pattern}", out var template))
        {
            return random.Next(3) == 0 ? Noise.Of(random, "{}"u8.ToArray()) : "{}"u8.ToArray();
        }

        switch (random.Next(20))
        {
            case 0:
                return Noise.Of(random, routes.GoodBody(route));
            case 1:
                return Encoding.Unicode.GetBytes(template.ToJsonString());
            case 2:
                return [0xEF, 0xBB, 0xBF, .. routes.GoodBody(route)];
            case 3:
                return Encoding.UTF8.GetBytes(
                    $"{{{string.Join(',', Enumerable.Range(0, random.Next(1, 300)).Select(i => $"\"m{i % 250}\":{i}"))}}}");
            default:
                break;
        }

        var copy = template.DeepClone().AsObject();
        var leaves = EveryRoute.Leaves(copy, "").ToList();
        var values = new List<string>();
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            if (EveryRoute.TryReplace(copy, leaves[random.Next(leaves.Count)], $"@@{values.Count}@@"))
            {
                values.Add(Value());
            }
        }

        // Only as text: the values need be no JSON.
        var json = copy.ToJsonString();
        for (var i = 0; i < values.Count; i++)
        {
            json = json.Replace($"\"@@{i}@@\"", values[i], StringComparison.Ordinal);
        }

        if (random.Next(25) == 0)
        {
            // A member twice, or one more.
            json = json.Insert(1, $"\"{leaves[random.Next(leaves.Count)].Split('/')[^1]}\":{Value()},");
        }

        return Encoding.UTF8.GetBytes(json);
    }

    private string Value() => random.Next(150) switch
    {
        0 => $"\"{new string('x', random.Next(90_000))}\"",
        1 => $"\"{string.Concat(Enumerable.Repeat("a\u0301\u0323", random.Next(3_000)))}\"",
        2 => new string('[', random.Next(200)),
        3 => $"[{string.Join(',', Enumerable.Repeat("1", random.Next(5_000)))}]",
        4 => new string('9', random.Next(400)),
        _ => Values[random.Next(Values.Length)],
    };
}
