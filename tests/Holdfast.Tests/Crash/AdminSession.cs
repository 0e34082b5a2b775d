using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>The admin of a shop whose servers are processes: the settings that make the account, and its access tokens.</summary>
internal static class AdminSession
{
    private const string Email = "admin@example.com";
    private const string Password = "correct horse 42 staple";

    /// <summary>Makes the account at the first start.</summary>
    public static readonly Dictionary<string, string> Settings = new() { ["ADMIN_EMAIL"] = Email, ["ADMIN_PASSWORD"] = Password };

    /// <summary>
    /// Signs in; the token is good for fifteen minutes, at every server of the database. Null where the server cannot tell just now.
    /// </summary>
    public static async Task<string?> TokenAsync(HttpClient client, Uri server)
    {
        using var answer = await client.PostAsJsonAsync(new Uri(server, "/api/v1/auth/login"), new { email = Email, password = Password });
        var session = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode || (int)answer.StatusCode == 503, session.ToString());
        return answer.IsSuccessStatusCode ? session.GetProperty("accessToken").GetString() : null;
    }

    /// <summary>As above, at a server whose database is there.</summary>
    public static async Task<string> TokenAsync(ServerProcess server)
    {
        var token = await TokenAsync(server.Client, server.Address);
        Assert.NotNull(token);
        return token;
    }
}
