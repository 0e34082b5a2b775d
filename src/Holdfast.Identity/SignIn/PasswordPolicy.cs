using Holdfast.Identity.Core;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Messaging;

namespace Holdfast.Identity.SignIn;

/// <summary>Reads passwords that are to be somebody's from now on; see <see cref="PasswordRules"/>.</summary>
internal sealed class PasswordPolicy(PublicUrl url, ShopWords? shop = null)
{
    /// <summary>The member's text; a fault in it is among those of <paramref name="fields"/>.</summary>
    public async Task<string> ReadAsync(JsonBodyReader fields, string member, string email, string? name)
    {
        var password = fields.Secret(member, Passwords.MaxLength);
        if (password.Length == 0)
        {
            return password;
        }

        List<string?> known = [name, .. HostWords()];
        if (shop is not null)
        {
            known.AddRange(await shop.Read());
        }

        if (PasswordRules.Fault(password, email, known) is { } fault)
        {
            fields.Reject(member, fault);
        }

        return password;
    }

    /// <summary>The parts of the shop's host, but the last, which names a country or a kind.</summary>
    private string[] HostWords() => Uri.TryCreate(url.Base, UriKind.Absolute, out var address)
        && address.HostNameType == UriHostNameType.Dns ? address.Host.Split('.')[..^1] : [];
}
