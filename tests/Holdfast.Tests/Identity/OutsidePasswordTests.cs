using System.Net.Http.Json;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Identity;

/// <summary>Passwords are not for the accounts of an outside issuer.</summary>
public abstract partial class OutsideIssuerTests
{
    [Fact]
    public async Task An_account_that_signs_in_elsewhere_has_no_password_to_change()
    {
        var client = _server.Client(Rs256(Payload("olga", """, "email": "olga@example.com" """)));
        await client.PostAsJsonAsync("/api/v1/auth/password",
            new { currentPassword = "a good password", newPassword = "a better password" }).ShouldBeAsync(409, "no_password");
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM users WHERE password_hash IS NOT NULL"));
        await _server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email = "olga@example.com", password = "a better password" })
            .ShouldBeAsync(401, "invalid_credentials");
    }
}
