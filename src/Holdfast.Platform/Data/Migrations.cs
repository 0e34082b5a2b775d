using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Holdfast.Platform.Data;

/// <summary>A start that must not go on; the message is one line for the operator.</summary>
public sealed class StartupException(string message) : Exception(message);

/// <summary>
/// Forward-only migrations: each module's <c>Migrations/NNN_name.sql</c>, in order, once. Several processes may start at the same time: one
/// migrates, the others wait. A migration that an older binary cannot live with says <c>-- oldest binary N</c>; the database remembers the highest N,
/// and only a binary with a lower <see cref="Binary"/> refuses to start. Migrations that a newer binary has applied are no obstacle. What SQL cannot do,
/// a class of the module does after the script: <c>-- then run Holdfast.Catalog.SkuKeys</c> (<see cref="IMigrationStep"/>).
/// </summary>
public static partial class Migrations
{
    /// <summary>This binary's number. Raise it with a release whose migrations later contract what earlier ones expanded.</summary>
    public const int Binary = 1;

    /// <summary>Brings the schema of the modules up to date; returns the names of what was applied.</summary>
    /// <param name="report">Is given a line for each thing that somebody has to look at.</param>
    public static async Task<IReadOnlyList<string>> ApplyAsync(
        Db db, IReadOnlyList<Assembly> modules, int binary = Binary, Action<string>? report = null, CancellationToken ct = default)
    {
        var applied = new List<string>();
        var found = new List<string>();
        await db.ExclusivelyAsync("holdfast-migrations", async () =>
        {
            await db.WriteAsync(async tx =>
            {
                applied.Clear();
                found.Clear();
                tx.LeavesNoAttempt();
                await tx.WithoutTimeLimitAsync().ConfigureAwait(false);
                await tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, oldest_binary bigint NOT NULL)").ConfigureAwait(false);
                var known = await tx.QueryAsync("SELECT name, oldest_binary FROM schema_migrations", r => (Name: r.Text(0), Oldest: r.Long(1))).ConfigureAwait(false);
                var oldest = known.Count == 0 ? 0 : known.Max(k => k.Oldest);
                if (oldest > binary)
                {
                    throw new StartupException($"This binary (schema {binary}) is older than the database admits (schema {oldest}): start a newer release.");
                }

                var names = known.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
                foreach (var (module, name, script) in modules.SelectMany(Scripts).Where(s => !names.Contains(s.Name)))
                {
                    found.AddRange(await RunAsync(tx, module, script, db.Name == "sqlite").ConfigureAwait(false));

                    var line = OldestBinary().Match(script);
                    await tx.ExecuteAsync("INSERT INTO schema_migrations (name, oldest_binary) VALUES ($1, $2)", name,
                        line.Success ? long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) : 0L).ConfigureAwait(false);
                    applied.Add(name);
                }
            }, ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        found.ForEach(line => report?.Invoke(line));
        return applied;
    }

    /// <summary>The names of what <see cref="ApplyAsync"/> would apply.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(Db db, IReadOnlyList<Assembly> modules, CancellationToken ct = default)
    {
        HashSet<string> known;
        try
        {
            known = [.. await db.ReadAsync(s => s.QueryAsync("SELECT name FROM schema_migrations", r => r.Text(0)), ct).ConfigureAwait(false)];
        }
        catch (System.Data.Common.DbException e) when (!db.IsConnectionLost(e) && !db.IsTransient(e) && DatabaseFailure.Line(e) is null)
        {
            // There is no such table: an empty database.
            known = [];
        }

        return [.. modules.SelectMany(Scripts).Select(s => s.Name).Where(name => !known.Contains(name))];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(Tx tx, Assembly module, string script, bool sqlite)
    {
        foreach (var statement in Sql.Statements(script, sqlite))
        {
            await tx.ExecuteAsync(statement).ConfigureAwait(false);
        }

        var found = new List<string>();
        foreach (var name in Step().Matches(script).Select(m => m.Groups[1].Value))
        {
            var step = (IMigrationStep)Activator.CreateInstance(module.GetType(name, throwOnError: true)!)!;
            found.AddRange(await step.RunAsync(tx).ConfigureAwait(false));
        }

        return found;
    }

    private static IEnumerable<(Assembly Module, string Name, string Script)> Scripts(Assembly module)
    {
        var marker = ".Migrations.";
        foreach (var resource in module.GetManifestResourceNames().Where(n => n.Contains(marker, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(module.GetManifestResourceStream(resource)!);
            yield return (module, $"{module.GetName().Name}/{resource[(resource.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..]}", reader.ReadToEnd());
        }
    }

    [GeneratedRegex(@"^-- oldest binary (\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex OldestBinary();

    [GeneratedRegex(@"^-- then run (\S+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Step();
}
