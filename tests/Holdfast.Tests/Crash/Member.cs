using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>A buyer with an account, signed in, who has points.</summary>
internal sealed record Member(Guid Id, string Token)
{
    /// <summary>Registers so many at a server, and gives each the points.</summary>
    public static async Task<Member[]> RegisterAsync(ServerProcess server, Db db, Shop shop, int count, long points) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var email = $"{Guid.CreateVersion7():N}@example.com";
            using var answer = await server.Client.PostAsJsonAsync(new Uri(server.Address, "/api/v1/auth/register"),
                new { email, password = "correct horse 42 staple" });
            var session = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.True(answer.IsSuccessStatusCode, session.ToString());
            var id = await db.ReadAsync(s => s.FirstAsync("SELECT id FROM users WHERE email_key = $1", r => r.Uuid(0), email));
            await shop.GivePointsAsync(id, points);
            return new Member(id, session.GetProperty("accessToken").GetString()!);
        }));
}
