using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>A page of another site cannot have a browser post to any route without the server being asked first.</summary>
public sealed class SimpleRequestTests(SqliteEveryRoute host) : IClassFixture<SqliteEveryRoute>
{
    private static readonly string[] Types =
        ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "TEXT/Plain", "multipart/form-data; boundary=x"];

    private static readonly string[] Bodies =
        ["name=An&email=an@example.com", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n{}\r\n--x--", "  true=1", "null"];

    private static readonly (string, string)[] Elsewhere =
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null")];

    private readonly EveryRoute _routes = host.Routes;

    private IEnumerable<RouteRule> Posts => _routes.Rules.Where(r => r.Method == "POST");

    [Fact]
    public async Task A_body_that_is_no_json_is_refused_on_every_route()
    {
        var before = await _routes.CountsAsync();
        Assert.True(Posts.Count() > 30);
        foreach (var route in Posts)
        {
            foreach (var type in Types)
            {
                foreach (var body in Bodies)
                {
                    Assert.Equal((415, "unsupported_media_type"), await SendAsync(_routes.Admin, route, type, body));
                }
            }
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Fact]
    public async Task Json_that_a_page_of_another_site_posts_as_text_is_refused_on_every_route_of_guests()
    {
        var before = await _routes.CountsAsync();
        var guests = Posts.Where(r => r.Access == Access.Anyone).ToList();
        Assert.True(guests.Count > 8);
        foreach (var route in guests)
        {
            foreach (var (name, value) in Elsewhere)
            {
                foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "" })
                {
                    Assert.Equal((415, "unsupported_media_type"), await SendAsync(_routes.Server.Guest, route, type, "{}", (name, value)));
                }
            }
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", null, null)]
    [InlineData("text/plain", null, null)]
    [InlineData("", null, null)]
    [InlineData("text/plain", "Sec-Fetch-Site", "same-origin")]
    [InlineData("text/plain", "Sec-Fetch-Site", "none")]
    [InlineData("application/json", "Sec-Fetch-Site", "cross-site")]
    [InlineData("application/json", "Origin", "https://shop.example")]
    [InlineData("application/merge-patch+json", "Origin", "https://shop.example")]
    public async Task Json_of_programs_and_of_pages_whose_browser_asks_first_is_taken(string type, string? header, string? value)
    {
        var route = Posts.Single(r => r.Pattern.EndsWith("/auth/forgot-password", StringComparison.Ordinal));
        foreach (var before in new[] { "", " \r\n\t", "\uFEFF" })
        {
            var body = $"{before}{{\"email\": \"an@example.com\"}}";
            Assert.Equal(202, (await SendAsync(_routes.Server.Guest, route, type, body, header is null ? null : (header, value!))).Status);
        }
    }

    [Fact]
    public async Task A_body_that_comes_in_pieces_is_looked_at_and_read_whole()
    {
        var route = Posts.Single(r => r.Pattern.EndsWith("/auth/forgot-password", StringComparison.Ordinal));
        var json = new[] { " ", "\n", "{\"email\"", ": \"an@example.com\"}" };
        foreach (var (pieces, status) in new[] { (json, 202), (["\t", " ", "a", "=b"], 415), ([" ", "  "], 400) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _routes.Path(route)) { Content = new PushedContent(pieces) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
            using var answer = await _routes.Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    private async Task<(int Status, string? Code)> SendAsync(HttpClient client, RouteRule route, string type, string body,
        (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _routes.Path(route));
        request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        if (type.Length > 0)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (header is { } more)
        {
            request.Headers.TryAddWithoutValidation(more.Name, more.Value);
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, text.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    /// <summary>Sends each piece separately.</summary>
    private sealed class PushedContent(string[] pieces) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            foreach (var piece in pieces)
            {
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(piece));
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
