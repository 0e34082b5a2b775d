using Holdfast.Identity.Accounts;
using Holdfast.Identity.Secrets;
using Holdfast.Identity.SigningKeys;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Tokens;

/// <summary>
/// Tokens for commands that have the database itself at hand, and so could read the signing key or make an admin anyway: they need no
/// account.
/// </summary>
public static class OperatorTokens
{
    /// <summary>The subject of such tokens: the same always, since idempotency keys are the subject's.</summary>
    public static readonly Guid Subject = Guid.ParseExact("00000000-0000-7000-8000-000000000001", "D");

    /// <summary>An admin's access token, good for 15 minutes at every server over this database.</summary>
    public static async Task<string> MakeAsync(string databaseUrl, SecretBox box)
    {
        await using var db = Db.Open(databaseUrl);
        var keys = new SigningKeyRing();
        await keys.LoadAsync(db, box);
        return new TokenReader(keys, TimeProvider.System).Make(new Account(Subject, Role.Admin, "operator@localhost", "Operator", []));
    }
}
