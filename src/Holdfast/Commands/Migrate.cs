using System.CommandLine;
using Holdfast.Configuration;

namespace Holdfast.Commands;

/// <summary><c>migrate</c>: brings the schema up to date and says what was applied; <c>serve</c> does it at start, too.</summary>
internal static class Migrate
{
    public static Command Command() =>
        Database.Command("migrate", "Bring the database's schema up to date.",
        async (ParseResult _, Settings settings, CancellationToken ct) =>
    {
        await using var db = Database.Open(settings);
        var applied = await Database.MigrateAsync(db, ct);
        foreach (var name in applied)
        {
            Console.WriteLine($"applied {name}");
        }

        Console.WriteLine(applied.Count == 0 ? "The schema is up to date."
            : $"The schema is up to date: {applied.Count} migrations applied.");
        return 0;
    });
}
