using Holdfast.Commands;
using Holdfast.Platform.Http;

namespace Holdfast.Tests.Http;

/// <summary>
/// What each route answers to those whom the thing at its path does not belong to. Every route has a row: one without fails, so does a row without a route.
/// </summary>
public abstract class OwnershipTests(EveryRouteHost host)
{
    /// <summary>Anything but 401, 403, 404 and 422: what is there is for everybody, or is the caller's own.</summary>
    private const int Open = 0;

    /// <summary>A guest, another customer, staff of another store, a service of another store.</summary>
    private static readonly Dictionary<string, int[]> Expected = new()
    {
        ["GET /health/live"] = [Open, Open, Open, Open],
        ["GET /health/ready"] = [Open, Open, Open, Open],
        ["GET /health"] = [Open, Open, Open, Open],
        ["GET /asyncapi/v1.json"] = [Open, Open, Open, Open],
        ["GET /api/v1/inventory/alerts"] = [401, 403, 404, 403],
        ["GET /api/v1/stores"] = [Open, Open, Open, Open],
        ["POST /api/v1/stores"] = [401, 403, 403, 403],
        ["GET /api/v1/stores/{id}"] = [Open, Open, Open, Open],
        ["PUT /api/v1/stores/{id}"] = [401, 403, 403, 403],
        ["GET /api/v1/products"] = [Open, Open, Open, Open],
        ["POST /api/v1/products"] = [401, 403, 404, 403],
        ["GET /api/v1/products/{id}"] = [Open, Open, Open, Open],
        ["PUT /api/v1/products/{id}"] = [401, 403, 404, 403],
        ["DELETE /api/v1/products/{id}"] = [401, 403, 404, 403],
        ["GET /api/v1/inventory"] = [401, 403, 404, 403],
        ["GET /api/v1/inventory/{variantId}"] = [401, 403, 404, 403],
        ["PUT /api/v1/inventory/{variantId}"] = [401, 403, 404, 403],
        ["GET /api/v1/inventory/{variantId}/movements"] = [401, 403, 404, 403],
        ["POST /api/v1/inventory/{variantId}/receipts"] = [401, 403, 404, 404],
        ["POST /api/v1/inventory/{variantId}/adjustments"] = [401, 403, 404, 403],
        ["POST /api/v1/inventory/reservations"] = [401, 403, 422, 422],
        ["GET /api/v1/inventory/reservations/{id}"] = [401, 403, 404, 404],
        ["POST /api/v1/inventory/reservations/{id}/release"] = [401, 403, 404, 404],
        ["POST /api/v1/inventory/reservations/{id}/commit"] = [401, 403, 404, 404],
        // Without a store: a code for all stores, which only admins have.
        ["GET /api/v1/discount-codes"] = [401, 403, 404, 403],
        ["POST /api/v1/discount-codes"] = [401, 403, 403, 403],
        ["GET /api/v1/discount-codes/{code}"] = [401, 403, 404, 403],
        ["PUT /api/v1/discount-codes/{code}"] = [401, 403, 403, 403],
        ["DELETE /api/v1/discount-codes/{code}"] = [401, 403, 403, 403],
        ["POST /api/v1/discount-codes/{code}/quote"] = [Open, Open, Open, Open],
        ["GET /api/v1/stores/{id}/loyalty-program"] = [Open, Open, Open, Open],
        ["PUT /api/v1/stores/{id}/loyalty-program"] = [401, 403, 404, 403],
        ["GET /api/v1/loyalty"] = [401, Open, Open, Open],
        ["GET /api/v1/loyalty/movements"] = [401, Open, Open, Open],
        ["GET /api/v1/loyalty/{customerId}"] = [401, 403, 404, 403],
        ["POST /api/v1/loyalty/{customerId}/adjustments"] = [401, 403, 404, 403],
        ["POST /api/v1/auth/register"] = [Open, Open, Open, Open],
        // Nobody has the account that these name; and the callers of this test have none in the database.
        ["POST /api/v1/auth/login"] = [401, 401, 401, 401],
        ["POST /api/v1/auth/refresh"] = [401, 401, 401, 401],
        ["POST /api/v1/auth/logout"] = [Open, Open, Open, Open],
        ["GET /api/v1/auth/me"] = [401, 401, 401, 401],
        ["DELETE /api/v1/auth/me"] = [401, 401, 403, 403],
        ["POST /api/v1/auth/password"] = [401, 401, 401, 401],
        ["POST /api/v1/auth/forgot-password"] = [Open, Open, Open, Open],
        // Nobody was sent the link that these hold.
        ["POST /api/v1/auth/reset-password"] = [422, 422, 422, 422],
        ["POST /api/v1/auth/verify-email"] = [422, 422, 422, 422],
        ["POST /api/v1/auth/verify-email/send"] = [401, 401, 403, 403],
        ["POST /api/v1/api-keys"] = [401, 403, 403, 403],
        ["GET /api/v1/api-keys"] = [401, 403, 403, 403],
        ["DELETE /api/v1/api-keys/{id}"] = [401, 403, 403, 403],
        ["GET /api/v1/audit-log"] = [401, 403, 403, 403],
        ["GET /api/v1/dead-letters"] = [401, 403, 403, 403],
        ["POST /api/v1/dead-letters/{id}/redrive"] = [401, 403, 403, 403],
        ["DELETE /api/v1/dead-letters/{id}"] = [401, 403, 403, 403],
        ["POST /api/v1/orders/lookup"] = [Open, Open, Open, Open],
        ["GET /api/v1/customers"] = [401, 403, Open, 403],
        ["GET /api/v1/customers/{id}"] = [401, 403, 404, 403],
        ["GET /.well-known/jwks.json"] = [Open, Open, Open, Open],
        ["POST /api/v1/orders"] = [Open, Open, Open, Open],
        ["POST /api/v1/orders/quote"] = [Open, Open, Open, Open],
        ["GET /api/v1/orders"] = [401, Open, 404, 404],
        ["GET /api/v1/orders/statistics"] = [401, 403, 404, 403],
        ["GET /api/v1/orders/{id}"] = [404, 404, 404, 404],
        ["PUT /api/v1/orders/{id}"] = [404, 404, 404, 404],
        ["DELETE /api/v1/orders/{id}"] = [404, 404, 404, 404],
        ["GET /api/v1/orders/{id}/history"] = [404, 404, 404, 404],
        ["POST /api/v1/orders/{id}/cancel"] = [404, 404, 404, 404],
        ["POST /api/v1/orders/{id}/ship"] = [401, 403, 404, 403],
        ["POST /api/v1/orders/{id}/deliver"] = [401, 403, 404, 403],
        ["POST /api/v1/orders/{id}/return"] = [401, 403, 404, 403],
        ["POST /api/v1/orders/{id}/payments"] = [401, 403, 404, 404],
        ["GET /api/v1/carts/{storeId}"] = [Open, Open, Open, Open],
        ["DELETE /api/v1/carts/{storeId}"] = [Open, Open, Open, Open],
        ["PUT /api/v1/carts/{storeId}/lines/{variantId}"] = [Open, Open, Open, Open],
        ["DELETE /api/v1/carts/{storeId}/lines/{variantId}"] = [Open, Open, Open, Open],
        ["POST /api/v1/webhook-endpoints"] = [401, 403, 404, 403],
        ["GET /api/v1/webhook-endpoints"] = [401, 403, 404, 403],
        ["GET /api/v1/webhook-endpoints/{id}"] = [401, 403, 404, 403],
        ["DELETE /api/v1/webhook-endpoints/{id}"] = [401, 403, 404, 403],
        ["POST /api/v1/webhook-endpoints/{id}/resume"] = [401, 403, 404, 403],
        ["GET /api/v1/webhook-endpoints/{id}/deliveries"] = [401, 403, 404, 403],
        ["POST /api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver"] = [401, 403, 404, 403],
        ["POST /api/v1/webhook-endpoints/{id}/redeliver"] = [401, 403, 404, 403],
        // The cart of whoever has no token is empty; the customer is told first that the email is not theirs.
        ["POST /api/v1/orders/from-cart"] = [422, Open, 422, 422],
    };

    private readonly EveryRoute _routes = host.Routes;

    [Fact]
    public void Every_route_has_a_row_and_every_row_a_route() => Assert.Equal(_routes.Rules.Select(Name).Order(StringComparer.Ordinal), Expected.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Nobody_gets_at_what_is_not_theirs()
    {
        Guid[] elsewhere = [Guid.CreateVersion7()];
        HttpClient[] strangers = [_routes.Server.Guest, _routes.Server.Customer(), _routes.Server.Staff(elsewhere), _routes.Server.Service(elsewhere)];
        var wrong = new List<string>();
        foreach (var route in _routes.Rules)
        {
            var got = new List<int>();
            foreach (var stranger in strangers)
            {
                using var request = _routes.Request(route, route.Method is "POST" or "PUT" ? new ByteArrayContent(_routes.GoodBody(route)) : null);
                Aim(request);
                // Somebody else's token is the one thing that strangers do not have.
                request.Headers.Remove("X-Cart-Token");
                using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
                var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.True(_routes.Secrets.All(s => !text.Contains(s, StringComparison.Ordinal)), $"{Name(route)} tells of somebody else's: {text}");
                got.Add((int)answer.StatusCode is 401 or 403 or 404 or 422 ? (int)answer.StatusCode : Open);
            }

            if (!Expected.TryGetValue(Name(route), out var expected) || !got.SequenceEqual(expected))
            {
                wrong.Add($"[\"{Name(route)}\"] = [{string.Join(", ", got.Select(s => s == Open ? "Open" : s.ToString(null, null)))}],");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        // It is there: those whose it is, or who may do everything, get at it. What ends it comes last.
        foreach (var route in _routes.Rules.Where(r => Expected[Name(r)].Contains(404)).OrderBy(r => Array.IndexOf(["GET", "PUT", "POST", "DELETE"], r.Method)))
        {
            using var request = _routes.Request(route, route.Method is "POST" or "PUT" ? new ByteArrayContent(_routes.GoodBody(route)) : null);
            Aim(request);
            using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is not (401 or 403 or 404), $"{Name(route)} is not there for the admin, either: {answer.StatusCode}");
        }
    }

    /// <summary>Lists are asked for the store, not for whatever the caller may see.</summary>
    private static void Aim(HttpRequestMessage request)
    {
        if (request.Method == HttpMethod.Get)
        {
            request.RequestUri = new Uri($"{request.RequestUri}?storeId={DemoStore.StoreId}", UriKind.Relative);
        }
    }

    private static string Name(RouteRule route) => $"{route.Method} {route.Pattern}";
}

public sealed class Ownership_on_sqlite(SqliteEveryRoute host) : OwnershipTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class Ownership_on_postgresql(PostgresEveryRoute host) : OwnershipTests(host), IClassFixture<PostgresEveryRoute>;
