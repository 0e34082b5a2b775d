using Holdfast.Configuration;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>Pages of the sites that the settings name may call the API; those of others may not.</summary>
public sealed class CorsTests
{
    private const string Shop = "https://shop.example.com";

    [Fact]
    public async Task Named_origins_may_call_and_others_may_not()
    {
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite),
            settings: new Settings { CorsOrigins = [Shop] });
        foreach (var (origin, allowed) in new[] { (Shop, true), ("https://evil.example.com", false),
            ("https://shop.example.com.evil.example", false), ("http://shop.example.com", false), ("null", false) })
        {
            using var simple = await SendAsync(server, HttpMethod.Get, "/api/v1/stores", origin, null);
            Assert.Equal(allowed ? origin : null, Allowed(simple));
            Assert.False(simple.Headers.Contains("Access-Control-Allow-Credentials"));
            using var preflight = await SendAsync(server, HttpMethod.Options, "/api/v1/orders", origin,
                "authorization,content-type,idempotency-key");
            Assert.Equal((204, allowed ? origin : null), ((int)preflight.StatusCode, Allowed(preflight)));
        }
    }

    [Fact]
    public async Task Refusals_can_be_read_by_the_page_too()
    {
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite),
            settings: new Settings { CorsOrigins = [Shop] });
        using var refused = await SendAsync(server, HttpMethod.Get, "/api/v1/auth/me", Shop, null);
        Assert.Equal((401, Shop), ((int)refused.StatusCode, Allowed(refused)));
    }

    [Fact]
    public async Task Without_the_setting_nobody_may()
    {
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite));
        using var answer = await SendAsync(server, HttpMethod.Get, "/api/v1/stores", Shop, null);
        Assert.Null(Allowed(answer));
    }

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, HttpMethod method, string path, string origin,
        string? headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        if (headers is not null)
        {
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", headers);
        }

        return await server.Guest.SendAsync(request);
    }

    private static string? Allowed(HttpResponseMessage answer) => answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values)
        ? values.Single() : null;
}
