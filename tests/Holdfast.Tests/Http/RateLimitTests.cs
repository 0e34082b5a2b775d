using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Http;

/// <summary>
/// How many requests an address or a customer may send. The window is an hour, so that no bucket fills while a test runs.
/// </summary>
[Slow]
public sealed class RateLimitTests
{
    private static readonly RateLimitOptions Few = new()
    {
        Window = TimeSpan.FromHours(1),
        SignInsPerAddress = 4,
        RefreshesPerAddress = 8,
        RefreshesPerSession = 3,
        PlacingsPerAddress = 6,
        PlacingsPerCustomer = 3,
        QuotesPerAddress = 5,
        QuotesPerCustomer = 2,
    };

    private static async Task<TestServer> StartAsync(RateLimitOptions options, params string[] proxies) =>
        await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite),
        s => s.AddSingleton(options), settings: new Settings { TrustedProxies = [.. proxies.Select(p => IPNetwork.Parse(p))] });

    private static async Task<int> StatusAsync(HttpClient client, Shop shop, string path = "/orders", string? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1{path}") { Content = JsonContent.Create(shop.Body()) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        if (from is not null)
        {
            request.Headers.Add("X-Forwarded-For", from);
        }

        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task<List<int>> StatusesAsync(int times, Func<Task<int>> send)
    {
        var statuses = new List<int>();
        for (var i = 0; i < times; i++)
        {
            statuses.Add(await send());
        }

        return statuses;
    }

    private string? _last;

    private static HttpClient Customer(TestServer server) => server.Customer(email: "a@example.com");

    [Fact]
    public async Task One_too_many_is_429_with_the_seconds_to_wait_and_leaves_nothing()
    {
        await using var server = await StartAsync(Few);
        var shop = await Shop.CreateAsync(server.Db, 100);
        Assert.Equal([201, 201, 201, 201, 201, 201, 429], await StatusesAsync(7, () => StatusAsync(server.Guest, shop)));
        var (status, problem, response) = await shop.OrderAsync(server.Guest);
        Assert.Equal((429, "rate_limited", "application/problem+json"),
            (status, problem.GetProperty("code").GetString(), response.Content.Headers.ContentType!.MediaType));
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 600);
        Assert.Equal(6, await shop.CountAsync("SELECT COUNT(*) FROM orders"));

        // Orders of a cart count with the others; quotes and everything else do not.
        await new Basket(server.Guest, shop).CheckOutAsync().ShouldBeAsync(429, "rate_limited");
        Assert.Equal([200, 200, 200, 200, 200, 429], await StatusesAsync(6, () => StatusAsync(server.Guest, shop, "/orders/quote")));
        Assert.Equal(HttpStatusCode.OK, (await server.Guest.GetAsync("/api/v1/stores")).StatusCode);
    }

    [Fact]
    public async Task At_once_exactly_as_many_pass()
    {
        await using var server = await StartAsync(Few with { PlacingsPerAddress = 10 });
        var shop = await Shop.CreateAsync(server.Db, 100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => StatusAsync(server.Guest, shop)));
        Assert.Equal((10, 50), (answers.Count(s => s == 201), answers.Count(s => s == 429)));
    }

    [Fact]
    public async Task A_customer_has_a_limit_of_their_own_wherever_they_are()
    {
        await using var server = await StartAsync(Few, "127.0.0.1/32");
        var shop = await Shop.CreateAsync(server.Db, 100);
        var (one, other) = (Customer(server), Customer(server));
        var address = 0;
        Assert.Equal([201, 201, 201, 429], await StatusesAsync(4, () => StatusAsync(one, shop, from: $"198.51.100.{++address}")));
        Assert.Equal([200, 200, 429], await StatusesAsync(3, () => StatusAsync(one, shop, "/orders/quote", $"198.51.100.{++address}")));
        Assert.Equal(201, await StatusAsync(other, shop, from: "198.51.100.1"));
    }

    [Fact]
    public async Task Those_who_work_for_the_shop_are_exempt_but_not_from_sign_in()
    {
        await using var server = await StartAsync(Few);
        var shop = await Shop.CreateAsync(server.Db, 100);
        foreach (var client in new[] { server.Staff(shop.StoreId), server.Service(shop.StoreId), server.Admin })
        {
            Assert.All(await StatusesAsync(9, () => StatusAsync(client, shop)), s => Assert.Equal(201, s));
            Assert.All(await StatusesAsync(9, () => StatusAsync(client, shop, "/orders/quote")), s => Assert.Equal(200, s));
        }

        var logins = await StatusesAsync(6, async () =>
            (int)(await server.Admin.PostAsJsonAsync("/api/v1/auth/login",
            new { email = $"{Guid.CreateVersion7():N}@example.com", password = "wrong password" })).StatusCode);
        Assert.Equal([401, 401, 401, 401, 429, 429], logins);
    }

    [Fact]
    public async Task Those_who_are_signed_in_go_on_behind_an_address_that_has_used_up_its_sign_ins()
    {
        await using var server = await StartAsync(Few);
        async Task<(int Status, string? Token)> PostAsync(string path, object body)
        {
            using var answer = await server.Guest.PostAsJsonAsync($"/api/v1/auth/{path}", body);
            var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return ((int)answer.StatusCode, json.TryGetProperty("refreshToken", out var token) ? token.GetString() : null);
        }

        async Task<string?> RegisterAsync() =>
            (await PostAsync("register", new { email = $"{Guid.CreateVersion7():N}@example.com", password = "a good password" })).Token;
        var (mine, other) = (await RegisterAsync(), await RegisterAsync());
        await RegisterAsync();
        await RegisterAsync();
        Assert.Equal(429, (await PostAsync("register", new { })).Status);

        // Three of a session, whichever of its tokens; the fourth uses none up, and others go on until the address has had its eight.
        async Task<int> RefreshAsync()
        {
            var (status, next) = await PostAsync("refresh", new { refreshToken = mine });
            mine = next ?? mine;
            return status;
        }

        Assert.Equal([200, 200, 200, 429], await StatusesAsync(4, RefreshAsync));
        Assert.Equal([200, 401, 401, 401, 429],
            await StatusesAsync(5, async () =>
            (await PostAsync("refresh", new { refreshToken = Interlocked.Exchange(ref other, "hr_x") })).Status));
    }

    [Fact]
    public async Task Switched_off_nothing_is_counted()
    {
        await using var server = await StartAsync(Few with { On = false });
        var shop = await Shop.CreateAsync(server.Db, 100);
        Assert.All(await StatusesAsync(20, () => StatusAsync(server.Guest, shop)), s => Assert.Equal(201, s));
    }

    [Theory]
    [InlineData("", "198.51.100.1", "198.51.100.2", true)]
    [InlineData("127.0.0.1/32", "198.51.100.1", "198.51.100.2", false)]
    [InlineData("127.0.0.1/32", "198.51.100.1", "198.51.100.1", true)]
    [InlineData("127.0.0.1/32", "198.51.100.1", "198.51.100.1:4711", true)]
    [InlineData("127.0.0.1/32", "203.0.113.9, 198.51.100.1", "203.0.113.8, 198.51.100.1", true)]
    [InlineData("127.0.0.1/32", "198.51.100.1, 10.1.1.1", "198.51.100.2, 10.1.1.1", true)]
    [InlineData("127.0.0.1/32 10.0.0.0/8", "198.51.100.1, 10.1.1.1", "198.51.100.2, 10.2.2.2", false)]
    [InlineData("127.0.0.1/32 10.0.0.0/8", "198.51.100.1, 10.1.1.1", "203.0.113.9, 198.51.100.1, 10.2.2.2", true)]
    [InlineData("10.0.0.0/8", "198.51.100.1", "198.51.100.2", true)]
    [InlineData("127.0.0.1/32", "garbage", "other garbage", true)]
    [InlineData("127.0.0.1/32", "2001:db8:1:2::1", "[2001:db8:1:2:ffff::9]:80", true)]
    [InlineData("127.0.0.1/32", "2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public async Task An_address_is_the_connections_or_what_a_trusted_proxy_says(string proxies, string first, string second, bool same)
    {
        await using var server = await StartAsync(Few with { PlacingsPerAddress = 1 },
            proxies.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var shop = await Shop.CreateAsync(server.Db, 100);
        Assert.Equal(201, await StatusAsync(server.Guest, shop, from: first));
        Assert.Equal(same ? 429 : 201, await StatusAsync(server.Guest, shop, from: second));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("::1", "::")]
    [InlineData(null, "255.255.255.255")]
    public void Of_IPv6_the_network_of_one_subscriber_counts(string? address, string counted) =>
        Assert.Equal(IPAddress.Parse(counted), RateLimits.Partition(address is null ? null : IPAddress.Parse(address)));

    [Fact]
    public async Task Every_route_that_signs_in_places_or_quotes_has_its_limit()
    {
        await using var server = await TestServer.StartAsync(Backend.Sqlite);
        var rules = server.Get<EndpointDataSource>().Endpoints.Select(e => e.Metadata.GetMetadata<RouteRule>()).OfType<RouteRule>()
            .ToList();
        Assert.All(rules, rule => Assert.True(Expected(rule) == rule.Limit, $"{rule} should have {Expected(rule)}"));
        Assert.True(rules.Count(r => r.Limit != Limit.None) >= 4);

        // Closing an account asks for the password, each other name leaves a line in the log. Logging out is harmless and must always be
        // possible.
        static Limit Expected(RouteRule rule) => rule is { Method: "DELETE" or "PATCH", Pattern: "/api/v1/auth/me" } ? Limit.SignIn
            : rule.Method is "PUT" or "DELETE" && rule.Pattern.StartsWith("/api/v1/carts/", StringComparison.Ordinal) ? Limit.Carts
            : rule.Method != "POST" ? Limit.None
            : rule.Pattern.EndsWith("/quote", StringComparison.Ordinal) ? Limit.Quoting
            : rule.Pattern == "/api/v1/auth/refresh" ? Limit.Refresh
            : rule.Pattern is "/api/v1/orders" or "/api/v1/orders/from-cart" ? Limit.Placing
            : rule.Pattern is "/api/v1/orders/lookup" or "/api/v1/orders/{id}/confirm"
            || (rule.Pattern.StartsWith("/api/v1/auth/", StringComparison.Ordinal) && rule.Pattern != "/api/v1/auth/logout") ? Limit.SignIn
            : Limit.None;
    }

    [Fact]
    public async Task Carts_of_nobody_are_made_so_often_by_an_address_and_changed_more_often()
    {
        await using var server = await StartAsync(Few with { CartsPerAddress = 9, CartsPerCustomer = 3, NewCartsPerAddress = 4 });
        var shop = await Shop.CreateAsync(server.Db, 100);
        // Each with a token that somebody made up, or without one.
        Assert.Equal([200, 200, 200, 200, 429, 429], await StatusesAsync(6, () => PutAsync(server.Guest, Invented())));
        Assert.Equal(429, await PutAsync(server.Guest, null));
        Assert.Equal(4, await shop.CountAsync("SELECT COUNT(*) FROM carts"));

        // Whoever has a cart goes on, up to what an address may change; staff are exempt, a customer counts for themselves, too.
        Assert.Equal(200, await PutAsync(server.Guest, _last));
        Assert.Equal(200, await PutAsync(server.Guest, _last));
        Assert.Equal(429, await PutAsync(server.Guest, _last));
        Assert.Equal(200, await PutAsync(server.Staff(shop.StoreId), Invented()));
        Assert.Equal(4 + 1, await shop.CountAsync("SELECT COUNT(*) FROM carts"));

        string Invented() =>
            Convert.ToBase64String(Guid.CreateVersion7().ToByteArray().Concat(Guid.CreateVersion7().ToByteArray()).ToArray()).TrimEnd('=')
            .Replace('+', '-').Replace('/', '_');

        async Task<int> PutAsync(HttpClient client, string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put,
                $"/api/v1/carts/{shop.StoreId}/lines/{shop.Variant}")
            { Content = JsonContent.Create(new { quantity = 1 }) };
            request.Headers.TryAddWithoutValidation("X-Cart-Token", token);
            using var answer = await client.SendAsync(request);
            _last = answer.IsSuccessStatusCode ? token : _last;
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_drill_against_a_server_that_limits_says_what_to_set()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        var admin = new Dictionary<string, string> { ["ADMIN_EMAIL"] = "admin@example.com", ["ADMIN_PASSWORD"] = "correct-horse-battery" };
        await using var server = await ServerProcess.StartAsync(database.Url,
            new Dictionary<string, string>(admin) { ["RATE_LIMITS"] = "on" });
        var (code, output) = await ServerProcess.RunAsync(
            ["drill", "--url", server.Address.GetLeftPart(UriPartial.Authority), "--buyers", "400", "--seconds", "2"], database.Url, admin);
        Assert.Equal(2, code);
        Assert.Contains("(429 rate_limited). Start that server with RATE_LIMITS=off for this.", output, StringComparison.Ordinal);
        Assert.Equal(1, output.Split("RATE_LIMITS").Length - 1);
    }

    [Fact]
    public async Task Processes_that_share_a_Redis_count_together_and_each_for_itself_while_it_is_away()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);
        var (shop, sameShop) = (await Shop.CreateAsync(one.Db, 100), await Shop.CreateAsync(other.Db, 100));
        Assert.Equal([201, 201, 201, 201], await StatusesAsync(4, () => StatusAsync(one.Guest, shop)));
        Assert.Equal([201, 201, 429], await StatusesAsync(3, () => StatusAsync(other.Guest, sameShop)));
        var (status, _, response) = await shop.OrderAsync(one.Guest);
        Assert.Equal(429, status);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 600);

        // Quotes are limited by customer, too, wherever they ask.
        var buyer = Guid.CreateVersion7();
        HttpClient At(TestServer server) => server.Customer(buyer, "a@example.com");
        Assert.Equal(200, await StatusAsync(At(one), shop, "/orders/quote"));
        Assert.Equal(200, await StatusAsync(At(other), sameShop, "/orders/quote"));
        Assert.Equal(429, await StatusAsync(At(one), shop, "/orders/quote"));

        await redis.KillAsync();
        await Until.TrueAsync("it is noticed",
            async () => (await one.Guest.GetStringAsync("/health")).Contains("degraded", StringComparison.Ordinal));
        // Of six this process has let four pass, and refused one that it had counted.
        Assert.Equal([201, 429], await StatusesAsync(2, () => StatusAsync(one.Guest, shop)));
    }

    private static async Task<TestServer> StartAsync(RedisServer redis)
    {
        var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite), s => s.AddSingleton(Few),
            settings: redis.Settings() with { RateLimits = true });
        await Until.TrueAsync("Redis is used", async () =>
            (await server.Guest.GetStringAsync("/health")).Contains("\"redis\",\"status\":\"healthy\"", StringComparison.Ordinal));
        return server;
    }
}
