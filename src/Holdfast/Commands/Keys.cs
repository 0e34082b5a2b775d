using System.CommandLine;
using System.Globalization;
using Holdfast.Identity;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary><c>keys rotate</c>: a new key that signs tokens. Nobody is signed out.</summary>
internal static class Keys
{
    public static Command Command() => new("keys", "The keys that sign access tokens.")
    {
        Database.Command("rotate", "Make a new signing key; nobody is signed out.", async (ParseResult _, Settings settings, CancellationToken ct) =>
        {
            await using var db = Db.Open(settings.DatabaseUrl);
            await Database.MigrateAsync(db, ct).ConfigureAwait(false);
            var from = await KeyRotation.RotateAsync(db, settings.Secrets).ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Made a new key. All processes sign with it from {from:HH:mm:ss} UTC on; tokens of the old one stay good until they expire."));
            return 0;
        }),
    };
}
