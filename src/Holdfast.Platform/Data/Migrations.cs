using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Platform.Data;

/// <summary>
/// Forward-only migrations: each module's <c>Migrations/NNN_name.sql</c>, in order, once. Several processes may start at the same time: one
/// migrates, the others wait. A migration that an older binary cannot live with says <c>-- oldest binary N</c>; the database remembers the
/// highest N, and only a binary with a lower <see cref="Binary"/> refuses to start. A script that differs from what was applied stops the
/// start. Migrations that a newer binary has applied are no obstacle. What SQL cannot do, a class of the module does after the script:
/// <c>-- then run Catalog.SkuKeys</c> (<see cref="IMigrationStep"/>).
/// </summary>
public static partial class Migrations
{
    /// <summary>This binary's number. Raise it with a release whose migrations later contract what earlier ones expanded.</summary>
    public const int Binary = 1;

    /// <summary>Brings the schema of the modules up to date. Returns the names of the migrations that were applied.</summary>
    /// <param name="report">Called with a line for each finding that an operator has to look at.</param>
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
                await tx.WithoutTimeLimitAsync();
                var known = await AppliedAsync(tx, binary);
                var scripts = modules.SelectMany(Scripts).ToList();
                foreach (var script in scripts.Where(s => !known.Contains(s.Name)))
                {
                    found.AddRange(await RunAsync(tx, script, db.Name == "sqlite"));
                    await tx.ExecuteAsync("INSERT INTO schema_migrations (name, oldest_binary) VALUES ($1, $2)", script.Name,
                        script.OldestBinary);
                    applied.Add(script.Name);
                }

                await CompareChecksumsAsync(tx, scripts);
            }, ct);
        }, ct);
        found.ForEach(line => report?.Invoke(line));
        return applied;
    }

    /// <summary>Returns the names of the migrations that this database has. Throws if one of them requires a newer binary.</summary>
    private static async Task<HashSet<string>> AppliedAsync(Tx tx, int binary)
    {
        await tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, oldest_binary bigint NOT NULL)");
        var known = await tx.QueryAsync("SELECT name, oldest_binary FROM schema_migrations", r => (Name: r.Text(0), Oldest: r.Long(1)));
        var oldest = known.Count == 0 ? 0 : known.Max(k => k.Oldest);
        if (oldest > binary)
        {
            throw new StartupException(
                $"This binary (schema {binary}) is older than the database admits (schema {oldest}): start a newer release.");
        }

        return known.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// A script that was edited after it was applied would leave databases with two schemas of one name. The table is apart from
    /// <c>schema_migrations</c>, so that older binaries can go on; what they applied gets its checksum from the first binary that knows of
    /// checksums.
    /// </summary>
    private static async Task CompareChecksumsAsync(Tx tx, IReadOnlyList<Script> scripts)
    {
        await tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_checksums (name text PRIMARY KEY, sha256 text NOT NULL)");
        var rows = await tx.QueryAsync("SELECT name, sha256 FROM schema_checksums", r => (Name: r.Text(0), Checksum: r.Text(1)));
        var known = rows.ToDictionary(r => r.Name, r => r.Checksum, StringComparer.Ordinal);
        foreach (var script in scripts)
        {
            if (!known.TryGetValue(script.Name, out var checksum))
            {
                await tx.ExecuteAsync("INSERT INTO schema_checksums (name, sha256) VALUES ($1, $2)", script.Name, script.Checksum);
            }
            else if (checksum != script.Checksum)
            {
                throw new StartupException(
                    $"The migration {script.Name} is not the one that was applied to this database (its checksum differs). "
                    + "Start a release with the unchanged script; a change of the schema is a new migration.");
            }
        }
    }

    /// <summary>Returns the names of the migrations that <see cref="ApplyAsync"/> would apply.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(Db db, IReadOnlyList<Assembly> modules, CancellationToken ct = default)
    {
        HashSet<string> known;
        try
        {
            known = [.. await db.ReadAsync(s => s.QueryAsync("SELECT name FROM schema_migrations", r => r.Text(0)), ct)];
        }
        catch (System.Data.Common.DbException e) when (!db.IsConnectionLost(e) && !db.IsTransient(e) && DatabaseFailure.Line(e) is null)
        {
            // There is no such table: an empty database.
            known = [];
        }

        return [.. modules.SelectMany(Scripts).Select(s => s.Name).Where(name => !known.Contains(name))];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(Tx tx, Script script, bool sqlite)
    {
        foreach (var statement in Sql.Statements(script.Text, sqlite))
        {
            await tx.ExecuteAsync(statement);
        }

        var found = new List<string>();
        foreach (var name in Step().Matches(script.Text).Select(m => m.Groups[1].Value))
        {
            var step = (IMigrationStep)Activator.CreateInstance(script.Module.GetType(name, throwOnError: true)!)!;
            found.AddRange(await step.RunAsync(tx));
        }

        return found;
    }

    private static IEnumerable<Script> Scripts(Assembly module)
    {
        var marker = ".Migrations.";
        foreach (var resource in module.GetManifestResourceNames().Where(n => n.Contains(marker, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(module.GetManifestResourceStream(resource)!);
            var file = resource[(resource.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..];
            yield return new Script(module, $"{module.GetName().Name}/{file}", reader.ReadToEnd());
        }
    }

    private sealed record Script(Assembly Module, string Name, string Text)
    {
        /// <summary>SHA-256 in hex. Line ends are normalised first, so that they do not matter.</summary>
        public string Checksum { get; } =
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text.Replace("\r\n", "\n", StringComparison.Ordinal))));

        public long OldestBinary => Migrations.OldestBinary().Match(Text) is { Success: true } line
            ? long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;
    }

    [GeneratedRegex(@"^-- oldest binary (\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex OldestBinary();

    [GeneratedRegex(@"^-- then run (\S+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Step();
}
