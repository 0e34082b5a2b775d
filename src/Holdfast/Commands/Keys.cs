using System.CommandLine;
using System.Globalization;
using Holdfast.Configuration;
using Holdfast.Identity.Secrets;
using Holdfast.Identity.SigningKeys;
using Holdfast.Platform.Data;
using Holdfast.Webhooks;

namespace Holdfast.Commands;

/// <summary>
/// <c>keys rotate</c>: a new key that signs tokens; nobody is signed out. <c>keys reseal</c>: secrets encrypted with another key.
/// </summary>
internal static class Keys
{
    public static Command Command() => new("keys", "The keys that sign access tokens, and the one that encrypts secrets.")
    {
        Database.Command("rotate", "Make a new signing key; nobody is signed out.",
            async (ParseResult _, Settings settings, CancellationToken ct) =>
        {
            await using var db = Database.Open(settings);
            await Database.MigrateAsync(db, ct);
            var from = await KeyRotation.RotateAsync(db, settings.Secrets);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Made a new key. All processes sign with it from {from:HH:mm:ss} UTC on. "
                + $"Tokens of the old one stay good until they expire."));
            return 0;
        }),
        Database.Command("reseal", "Encrypt all secrets in the database with SECRETS_KEY, also those that SECRETS_KEY_OLD has encrypted.",
            async (ParseResult _, Settings settings, CancellationToken ct) =>
        {
            if (!settings.Secrets.HasKey)
            {
                throw new StartupException("SECRETS_KEY: set the key to encrypt with.");
            }

            await using var db = Database.Open(settings);
            await Database.MigrateAsync(db, ct);
            var (secrets, webhooks) = await ResealAsync(db, settings.Secrets, ct);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Encrypted {secrets} secrets and those of {webhooks} webhook endpoints with SECRETS_KEY. "
                + $"SECRETS_KEY_OLD is no longer needed."));
            return 0;
        }),
    };

    /// <summary>All in one transaction: a secret that neither key opens leaves everything as it was.</summary>
    internal static Task<(int Secrets, int Webhooks)> ResealAsync(Db db, SecretBox box, CancellationToken ct) => db.WriteAsync(
        async tx => (await KeyRotation.ResealAsync(tx, box), await WebhooksModule.ResealAsync(tx, box)), ct);
}
