using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Telemetry;

public sealed class ServerLogTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task The_real_server_logs_one_JSON_line_a_request_and_no_secrets()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite, migrated: false);
        var settings = new Dictionary<string, string> { ["ADMIN_EMAIL"] = "admin@example.com", ["ADMIN_PASSWORD"] = "s3cret-password" };
        await using var server = await ServerProcess.StartAsync(database.Url, settings, port: null, "--log-format", "json");
        using var login = await server.Client.PostAsJsonAsync("/api/v1/auth/login",
            new { email = "admin@example.com", password = "s3cret-password" }, TestContext.Current.CancellationToken);
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("accessToken")
            .GetString()!;
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        server.Client.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        (await server.Client.GetAsync("/api/v1/auth/me?access_token=s3cret-query", TestContext.Current.CancellationToken)).Dispose();
        await SendRawAsync(server.Address,
            "GET /a%0a%7B%22level%22:%22error%22%7D/%C4%91%C6%A1n HTTP/1.1\r\nHost: x\r\nX-Access-Key: s3cret-key\r\nConnection: "
            + "close\r\n\r\n");
        Assert.Equal(0, await server.TerminateAsync());

        var text = server.Output;
        Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[2], text, StringComparison.Ordinal);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var me = Assert.Single(lines, l => IsRequest(l) && l.GetProperty("path").GetString() == "/api/v1/auth/me");
        // Nobody knows such a parameter, and nobody reads it in the log.
        Assert.Equal((400, Trace), (me.GetProperty("status").GetInt32(), me.GetProperty("traceId").GetString()));
        var odd = Assert.Single(lines, l => IsRequest(l) && l.GetProperty("path").GetString()!.StartsWith("/a", StringComparison.Ordinal)
            && l.GetProperty("status").GetInt32() == 404);
        Assert.Equal("/a\n{\"level\":\"error\"}/đơn", odd.GetProperty("path").GetString());
        Assert.Contains(lines, l => l.GetProperty("message").GetString()!.StartsWith("Holdfast is answering", StringComparison.Ordinal));
    }

    private static bool IsRequest(JsonElement line) => line.TryGetProperty("path", out _);

    private static async Task SendRawAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        await stream.CopyToAsync(Stream.Null);
    }
}
