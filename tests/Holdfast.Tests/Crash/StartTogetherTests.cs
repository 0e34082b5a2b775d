using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>
/// Several processes start at once on an empty database: one makes the tables, the key and the admin; the others wait and find them.
/// </summary>
[Slow]
public abstract class StartTogetherTests(Backend backend)
{
    private const int Processes = 4;
    private const string Email = "admin@example.com";
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task All_serve_and_each_accepts_the_others_tokens()
    {
        await using var database = await TestDb.CreateAsync(backend, migrated: false);
        var settings = new Dictionary<string, string> { ["ADMIN_EMAIL"] = Email, ["ADMIN_PASSWORD"] = Password };
        var servers = Enumerable.Range(0, Processes).Select(_ => ServerProcess.Begin(database.Url, settings)).ToList();
        try
        {
            await Task.WhenAll(servers.Select(s => s.ReadyAsync()));
            foreach (var server in servers)
            {
                using var login = await server.Client.PostAsJsonAsync("/api/v1/auth/login", new { email = Email, password = Password });
                var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString();
                foreach (var other in servers)
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get,
                        "/api/v1/auth/me")
                    { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
                    using var answer = await other.Client.SendAsync(request);
                    Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
                }
            }

            Assert.Equal(1,
                await database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM users WHERE role = 'admin'", r => r.Long(0))));
            await Audit.VerifyAsync(database.Db);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }
}

public sealed class StartTogether_on_sqlite() : StartTogetherTests(Backend.Sqlite);

public sealed class StartTogether_on_postgresql() : StartTogetherTests(Backend.Postgres);
