using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>
/// What each route answers to whom: those whom the thing at its path does not belong to, then those whom it does. Every route has a row:
/// one without fails, so does a row without a route.
/// </summary>
public abstract class OwnershipTests(EveryRouteHost host)
{
    /// <summary>
    /// A cell is one caller's answer: <c>+</c> success, any 2xx; <c>9</c> 409 and <c>p</c> 412 or 428: they may, and what is there, or what
    /// they do not say about it, stands in the way of this request; <c>0</c> 400, <c>1</c> 401, <c>3</c> 403, <c>4</c> 404, <c>2</c> 422.
    /// Nothing else may be answered, a 5xx least of all. First those whom it is not of: a guest, another customer, staff of another store,
    /// an API key of another store, a key of this store without the scope. Then its owner, staff of its store, a key of its store, an
    /// admin.
    /// </summary>
    private const string Table = """
        GET    /health/live                                                                 ++++3 ++++
        GET    /health/ready                                                                ++++3 ++++
        GET    /health                                                                      ++++3 ++++
        GET    /asyncapi/v1.json                                                            +++++ ++++
        GET    /api/v1/inventory/alerts                                                     13433 3+3+
        GET    /api/v1/stores                                                               ++++3 ++++
        POST   /api/v1/stores                                                               13333 3339
        GET    /api/v1/stores/{id}                                                          ++++3 ++++
        PUT    /api/v1/stores/{id}                                                          13333 333+
        GET    /api/v1/products                                                             ++++3 ++++
        POST   /api/v1/products                                                             13433 3939
        GET    /api/v1/products/{id}                                                        ++++3 ++++
        PUT    /api/v1/products/{id}                                                        13433 3+3p
        DELETE /api/v1/products/{id}                                                        13433 3p3p
        GET    /api/v1/inventory                                                            13433 3+3+
        GET    /api/v1/inventory/{variantId}                                                13433 3+3+
        PUT    /api/v1/inventory/{variantId}                                                13433 3+3+
        GET    /api/v1/inventory/{variantId}/movements                                      13433 3+3+
        POST   /api/v1/inventory/{variantId}/receipts                                       13443 3+++
        POST   /api/v1/inventory/{variantId}/adjustments                                    13433 3+3+
        POST   /api/v1/inventory/counts                                                     13433 3+3+
        POST   /api/v1/inventory/reservations                                               13223 3+++
        GET    /api/v1/inventory/reservations/{id}                                          13443 3+++
        POST   /api/v1/inventory/reservations/{id}/release                                  13443 3+++
        POST   /api/v1/inventory/reservations/{id}/commit                                   13443 3999
        GET    /api/v1/discount-codes                                                       13433 3+3+
        POST   /api/v1/discount-codes                                                       13333 333+
        GET    /api/v1/discount-codes/{code}                                                13433 3+3+
        PUT    /api/v1/discount-codes/{code}                                                13333 333+
        DELETE /api/v1/discount-codes/{code}                                                13333 333+
        POST   /api/v1/discount-codes/{code}/quote                                          ++++3 ++++
        GET    /api/v1/stores/{id}/loyalty-program                                          ++++3 ++++
        PUT    /api/v1/stores/{id}/loyalty-program                                          13433 3p3p
        GET    /api/v1/loyalty                                                              1+++3 ++++
        GET    /api/v1/loyalty/movements                                                    1+++3 ++++
        GET    /api/v1/loyalty/{customerId}                                                 13433 3+3+
        POST   /api/v1/loyalty/{customerId}/adjustments                                     13433 3+3+
        POST   /api/v1/auth/register                                                        ++++3 ++++
        POST   /api/v1/auth/login                                                           11113 1111
        POST   /api/v1/auth/refresh                                                         11113 1111
        POST   /api/v1/auth/logout                                                          ++++3 ++++
        GET    /api/v1/auth/me                                                              1++13 ++11
        PATCH  /api/v1/auth/me                                                              1+333 +333
        POST   /api/v1/auth/email                                                           19333 +333
        POST   /api/v1/auth/email/confirm                                                   12333 2333
        DELETE /api/v1/auth/me                                                              19333 0333
        POST   /api/v1/auth/password                                                        19+13 ++11
        POST   /api/v1/auth/forgot-password                                                 ++++3 ++++
        POST   /api/v1/auth/reset-password                                                  22223 2222
        POST   /api/v1/auth/verify-email                                                    12333 2333
        POST   /api/v1/auth/verify-email/send                                               19333 +333
        POST   /api/v1/api-keys                                                             13333 333+
        GET    /api/v1/api-keys                                                             13333 333+
        DELETE /api/v1/api-keys/{id}                                                        13333 333+
        GET    /api/v1/audit-log                                                            13333 333+
        GET    /api/v1/dead-letters                                                         13333 333+
        POST   /api/v1/dead-letters/redrive                                                 13333 333+
        POST   /api/v1/dead-letters/{id}/redrive                                            13333 333+
        DELETE /api/v1/dead-letters/{id}                                                    13333 333+
        POST   /api/v1/orders/lookup                                                        ++++3 ++++
        GET    /api/v1/customers                                                            13+33 3+3+
        GET    /api/v1/customers/{id}                                                       13433 3+3+
        GET    /.well-known/jwks.json                                                       ++++3 ++++
        POST   /api/v1/orders                                                               ++++3 ++++
        POST   /api/v1/orders/quote                                                         ++++3 ++++
        GET    /api/v1/orders                                                               1+443 ++++
        GET    /api/v1/orders/unpaid-holds                                                  13433 3+3+
        POST   /api/v1/orders/unpaid-holds/release                                          13433 3+3+
        POST   /api/v1/orders/{id}/confirm                                                  44443 4444
        GET    /api/v1/orders/statistics                                                    13433 3+3+
        GET    /api/v1/orders/{id}                                                          44443 ++++
        PUT    /api/v1/orders/{id}                                                          44443 +ppp
        DELETE /api/v1/orders/{id}                                                          44443 ++++
        GET    /api/v1/orders/{id}/history                                                  44443 ++++
        POST   /api/v1/orders/{id}/cancel                                                   44443 +999
        POST   /api/v1/orders/{id}/ship                                                     13433 3939
        POST   /api/v1/orders/{id}/deliver                                                  13433 3939
        POST   /api/v1/orders/{id}/return                                                   13433 3939
        POST   /api/v1/orders/{id}/payments                                                 13443 3+++
        GET    /api/v1/carts/{storeId}                                                      ++++3 ++++
        DELETE /api/v1/carts/{storeId}                                                      ++++3 ++++
        PUT    /api/v1/carts/{storeId}/lines/{variantId}                                    pppp3 pppp
        DELETE /api/v1/carts/{storeId}/lines/{variantId}                                    ++++3 ++++
        POST   /api/v1/webhook-endpoints                                                    13433 3+3+
        GET    /api/v1/webhook-endpoints                                                    13433 3+3+
        GET    /api/v1/webhook-endpoints/{id}                                               13433 3+3+
        DELETE /api/v1/webhook-endpoints/{id}                                               13433 3+3+
        POST   /api/v1/webhook-endpoints/{id}/resume                                        13433 3+3+
        GET    /api/v1/webhook-endpoints/{id}/deliveries                                    13433 3+3+
        POST   /api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver             13433 3+3+
        POST   /api/v1/webhook-endpoints/{id}/redeliver                                     13433 3+3+
        POST   /api/v1/orders/from-cart                                                     22223 +222
        """;

    private static readonly Dictionary<string, string> Expected = Table.Split('\n',
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(row => $"{row[0]} {row[1]}", row => $"{row[2]} {row[3]}");

    private readonly EveryRoute _routes = host.Routes;
    private readonly HttpClient _customer = host.Routes.Server.Customer();

    [Fact]
    public void Every_route_has_a_row_and_every_row_a_route() =>
        Assert.Equal(_routes.Rules.Select(Name).Order(StringComparer.Ordinal), Expected.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Everybody_gets_at_what_is_theirs_and_at_nothing_else()
    {
        HttpClient[] strangers = [_routes.Server.Guest, _customer, _routes.StaffElsewhere, _routes.KeyElsewhere, _routes.KeyWithoutScope];
        HttpClient[] insiders = [_routes.Owner, _routes.Staff, _routes.Key, _routes.Admin];
        var (wrong, odd) = (new List<string>(), new List<string>());
        // What changes or ends a thing comes after what reads it.
        foreach (var route in _routes.Rules.OrderBy(r => Array.IndexOf(["GET", "PATCH", "PUT", "POST", "DELETE"], r.Method)))
        {
            var got = "";
            foreach (var caller in strangers.Concat(insiders))
            {
                await _routes.RenewAsync(route);
                var (status, text) = await SendAsync(caller, route);
                got += Cell(status);
                if (Cell(status) == '!')
                {
                    odd.Add($"{Name(route)}: {status} {text}");
                }

                if (strangers.Contains(caller))
                {
                    await TellsNothingAsync(caller, route, status, text);
                }
            }

            got = got.Insert(strangers.Length, " ");
            if (got != Expected.GetValueOrDefault(Name(route)))
            {
                wrong.Add($"{route.Method,-6} {route.Pattern,-76} {got}");
            }
        }

        Assert.True(odd.Count == 0, $"{string.Join('\n', odd)}\n{_routes.Server.Log}");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static char Cell(int status) => status switch
    {
        >= 200 and < 300 => '+',
        >= 400 and <= 404 => (char)('0' + status - 400),
        409 => '9',
        412 or 428 => 'p',
        422 => '2',
        _ => '!',
    };

    /// <summary>
    /// Neither this answer nor, where it is a list, one that is asked for otherwise has anything of what is not the caller's; 404 is said
    /// as of what is not there.
    /// </summary>
    private async Task TellsNothingAsync(HttpClient stranger, RouteRule route, int status, string text)
    {
        var told = text;
        foreach (var query in route.Method == "GET" ? new[] { "", "?q=whose-it", "?limit=100" } : [])
        {
            told += (await SendAsync(stranger, route, query)).Text;
        }

        Assert.All(_routes.Secrets, secret =>
            Assert.False(told.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{Name(route)} tells {secret}: {told}"));
        if (status == 404 && route.Pattern.Contains('{', StringComparison.Ordinal))
        {
            Assert.Equal((404, text), await SendAsync(stranger, route, path: RouteRequests.Path(route)));
        }
    }

    /// <summary>With a body that this caller may send. Lists are asked for the store, not for whatever the caller may see.</summary>
    private async Task<(int Status, string Text)> SendAsync(HttpClient caller, RouteRule route, string? query = null, string? path = null)
    {
        var body = JsonNode.Parse(_routes.GoodBody(route))!.AsObject();
        // A reservation and an external id can be taken once, and few states follow each other; customers order for themselves; what
        // delivery costs is the shop's to say.
        string[] notTheirs = ["reservationId", "status", "externalId", caller == _routes.Owner || caller == _customer ? "customer" : "",
            caller == _routes.Staff || caller == _routes.Key || caller == _routes.Admin ? "" : "shippingFee",
            // To whoever does not work for the shop, an order is cancelled as a whole.
            route.Pattern.EndsWith("/orders/{id}/cancel", StringComparison.Ordinal) && caller == _routes.Owner ? "lines" : ""];
        foreach (var name in notTheirs)
        {
            body.Remove(name);
        }

        if (route.Pattern is "/api/v1/auth/login" or "/api/v1/auth/register")
        {
            // Who fails too often must wait, and an account is made once.
            body["email"] = $"{Guid.CreateVersion7()}@example.com";
        }

        using var request = _routes.Request(route, route.Method is "POST" or "PUT" ? JsonContent.Create(body) : null);
        query ??= route.Method == "GET" && route.Query.Contains("storeId") ? $"?storeId={DemoStore.StoreId}" : "";
        request.RequestUri = new Uri((path ?? _routes.Path(route)) + query, UriKind.Relative);
        // Somebody else's token is the one thing that strangers do not have.
        request.Headers.Remove("X-Cart-Token");
        // Two refusals that are the same are the same to the letter, but for the trace id.
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await caller.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Name(RouteRule route) => $"{route.Method} {route.Pattern}";
}

public sealed class Ownership_on_sqlite(SqliteEveryRoute host) : OwnershipTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class Ownership_on_postgresql(PostgresEveryRoute host) : OwnershipTests(host), IClassFixture<PostgresEveryRoute>;
