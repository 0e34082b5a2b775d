using System.Net;
using Holdfast.Configuration;
using Holdfast.Identity.External;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>Accounts of an outside issuer that were closed.</summary>
public abstract partial class OutsideIssuerTests
{
    [Fact]
    public async Task A_token_from_before_the_closing_makes_no_account_and_a_later_one_does()
    {
        const string Claims = """, "email": "heidi@example.com", "name": "Heidi" """;
        await using var second = await TestServer.StartAsync(_server.Database,
            settings: new Settings { Oidc = new OidcOptions(Issuer, Audience, _file, null) }, ownsDatabase: false);
        var (token, other) = (Rs256(Payload("heidi", Claims)), Rs256(Payload("heidi", ""","name": "H" """)));
        await CloseAsync(token);
        foreach (var (server, old) in new[] { (second, token), (second, other), (_server, other) })
        {
            using var answer = await server.Client(old).GetAsync("/api/v1/auth/me");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.Equal(0,
            await _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM users WHERE active = $1", r => r.Long(0), true)));
        Assert.Equal("Heidi", (await MeAsync(Rs256(Payload("heidi", Claims, issued: 60)))).GetProperty("name").GetString());
    }
}
