using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary>What commands share: the settings of their arguments, and a database that is there and up to date.</summary>
internal static class Database
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A command that takes settings as <c>NAME=value</c> besides its own options.</summary>
    public static Command Command(string name, string description, Func<ParseResult, Settings, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((parsed, ct) => run(parsed, Settings.Load(parsed.UnmatchedTokens), ct));
        return command;
    }

    /// <summary>As above, with the database opened; it must be up to date already: a command that only reads changes no schema.</summary>
    public static Command ReadingCommand(string name, string description, Func<ParseResult, Db, CancellationToken, Task<int>> run) =>
        Command(name, description, async (parsed, settings, ct) =>
        {
            RequireFile(settings.DatabaseUrl);
            await using var db = Open(settings, isPatient: true);
            return (await Migrations.PendingAsync(db, Server.Modules, ct)).Count == 0
                ? await run(parsed, db, ct)
                : throw new StartupException("DATABASE_URL: the schema of this database is not up to date: run holdfast migrate.");
        });

    /// <summary>As above, with the database opened and migrated.</summary>
    public static Command Command(string name, string description, Func<ParseResult, Db, CancellationToken, Task<int>> run) =>
        Command(name, description, async (parsed, settings, ct) =>
        {
            await using var db = Open(settings);
            await MigrateAsync(db, ct);
            return await run(parsed, db, ct);
        });

    /// <summary>
    /// The database of the settings. What a command changes is made known to the caches of servers, where these have a Redis.
    /// </summary>
    public static Db Open(Settings settings, bool isPatient = false)
    {
        if (DataFiles.Tighten(settings, withMails: false) is { } line)
        {
            Console.Error.WriteLine($"holdfast: {line}");
        }

        try
        {
            var db = Db.Open(settings.DatabaseUrl, isPatient);
            db.KeepsInvalidatedKeys = settings.Cache.Redis is not null;
            return db;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"DATABASE_URL: {OneLine(e)}");
        }
    }

    /// <summary>Applies the migrations; waits for a database that is still starting, and says so.</summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(Db db, CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; ;)
        {
            try
            {
                return await Migrations.ApplyAsync(db, Server.Modules, report: Report, ct: ct);
            }
            catch (Exception e) when (db.IsConnectionLost(e))
            {
                if (waited >= Patience)
                {
                    throw new StartupException($"DATABASE_URL: the database cannot be reached: {OneLine(e)}");
                }

                if (waited == TimeSpan.Zero)
                {
                    await Console.Error.WriteLineAsync($"holdfast: waiting for the database: {OneLine(e)}");
                }

                await Task.Delay(TimeSpan.FromSeconds(1), ct);
                waited += TimeSpan.FromSeconds(1);
            }
            catch (Exception e) when (e is System.Data.Common.DbException && !db.IsTransient(e))
            {
                throw new StartupException($"DATABASE_URL: {DatabaseFailure.Line(e) ?? $"the database refuses: {OneLine(e)}"}");
            }
        }
    }

    /// <summary>The URL without its password and options, for the first screen.</summary>
    public static string Shown(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme.StartsWith("postgres", StringComparison.Ordinal)
            ? $"PostgreSQL, {uri.Host}:{(uri.Port < 0 ? 5432 : uri.Port)}{uri.AbsolutePath}"
            : $"SQLite, {Path.GetFullPath(url["sqlite:".Length..])}";

    /// <summary>What a migration found that somebody has to look at; <c>verify</c> tells it again.</summary>
    private static void Report(string line) => Console.Error.WriteLine($"holdfast: {line}");

    /// <summary>A command that only reads makes no file.</summary>
    private static void RequireFile(string url)
    {
        if (url.StartsWith("sqlite:", StringComparison.Ordinal) && url["sqlite:".Length..] is var path && !File.Exists(path))
        {
            throw new StartupException(Directory.Exists(path) ? $"DATABASE_URL: {path} is a directory: name the file in it."
                : $"DATABASE_URL: there is no file {path}: name another, or make a database with holdfast migrate.");
        }
    }

    /// <summary>What went wrong, without line breaks.</summary>
    public static string OneLine(Exception e) => (e.InnerException?.Message ?? e.Message).ReplaceLineEndings(" ");
}
