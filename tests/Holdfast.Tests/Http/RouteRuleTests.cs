using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.SigningKeys;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Tests.Http;

/// <summary>A caller on every route: goes through all routes that the server really has.</summary>
public sealed class RouteRuleTests(SqliteHost host) : IClassFixture<SqliteHost>
{
    [Fact]
    public void Every_endpoint_says_who_may_call_it()
    {
        Assert.Empty(WithoutRule(host.Server.App));
        Assert.True(Routes().Count >= 20);
    }

    [Fact]
    public async Task A_route_that_does_not_say_so_is_found()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/open-for-now", () => "hello");
        Assert.Equal("/open-for-now", Assert.Single(WithoutRule(app)));
    }

    [Fact]
    public async Task Without_a_token_only_open_routes_answer()
    {
        foreach (var route in Routes().Where(r => r.Access != Access.Anyone))
        {
            await ExpectAsync(route, null, HttpStatusCode.Unauthorized, "unauthenticated");
        }
    }

    [Fact]
    public async Task With_a_token_of_too_low_a_role_it_is_forbidden()
    {
        foreach (var route in Routes())
        {
            foreach (var role in new[] { Role.Customer, Role.Staff, Role.Service })
            {
                var allowed = route.Access switch
                {
                    Access.Staff => role == Role.Staff,
                    Access.StaffOrService => role is Role.Staff or Role.Service,
                    Access.Admin => false,
                    _ => true,
                };
                if (!allowed)
                {
                    await ExpectAsync(route, Real(role), HttpStatusCode.Forbidden, "forbidden");
                }
            }
        }
    }

    [Fact]
    public async Task A_token_that_is_not_valid_is_refused_on_every_route_open_ones_too()
    {
        var keys = host.Server.Get<SigningKeyRing>();
        using var ours = await Tokens.PrivateKeyAsync(host.Server.Db);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var none = $"{Tokens.Encode(Tokens.Header(keys, "none"))}.{Tokens.Encode(Tokens.Payload(now))}.";
        var bad = new Dictionary<string, string>
        {
            ["garbage"] = "garbage",
            ["alg none"] = none,
            ["other key"] = Tokens.Sign(other, Tokens.Header(keys), Tokens.Payload(now)),
            ["expired"] = Tokens.Sign(ours, Tokens.Header(keys), Tokens.Payload(now, expires: -1)),
            ["an algorithm that is no Unicode"] = Tokens.SignRaw(other, """{"alg":"\ud800","kid":"x"}""", "{}"),
            ["a key id that is no UTF-8"] = Tokens.SignRaw(other, """{"alg":"ES256","kid":"ÿ"}""", "{}"),
            ["wrong audience"] = Tokens.Sign(ours, Tokens.Header(keys), Tokens.Payload(now, aud: "others")),
        };
        foreach (var route in Routes())
        {
            foreach (var token in bad.Values)
            {
                await ExpectAsync(route, token, HttpStatusCode.Unauthorized, "unauthenticated");
            }
        }

        // The same by hand with our key passes, so it was not the form that was refused.
        using var me = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stores");
        me.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Sign(ours, Tokens.Header(keys), Tokens.Payload(now)));
        using var answer = await host.Server.Guest.SendAsync(me, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer  ")]
    [InlineData("Bearer a b")]
    public async Task Other_ways_to_authorize_are_refused(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stores");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var answer = await host.Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Unknown_routes_and_methods_get_problem_documents()
    {
        foreach (var (method, path, status, code) in new[] { ("GET", "/", 404, "not_found"), ("GET", "/api/v1/nothing", 404, "not_found"),
            ("GET", "/api/v2/products", 404, "not_found"),
            ("PATCH", "/api/v1/products", 405, "method_not_allowed"), ("DELETE", "/health", 405, "method_not_allowed"),
                ("BREW", "/api/v1/products", 405, "method_not_allowed") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await host.Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.Equal(code,
                (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code")
                .GetString());
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    private static List<string> WithoutRule(WebApplication app) =>
        [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<RouteRule>() is null).Select(e => e.RoutePattern.RawText!)];

    private List<RouteRule> Routes() =>
        [.. host.Server.Get<EndpointDataSource>().Endpoints.Select(e => e.Metadata.GetMetadata<RouteRule>()).OfType<RouteRule>()];

    private string Real(Role role) =>
        host.Server.Get<TokenReader>().Make(new Account(Guid.CreateVersion7(), role, "a@example.com", null, [Guid.CreateVersion7()]));

    private async Task ExpectAsync(RouteRule route, string? token, HttpStatusCode status, string code)
    {
        using var request = RouteRequests.Make(route);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await host.Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"{route} answered {answer.StatusCode}");
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code")
            .GetString());
        Assert.Equal(status == HttpStatusCode.Unauthorized, answer.Headers.WwwAuthenticate.Count > 0);
    }
}
