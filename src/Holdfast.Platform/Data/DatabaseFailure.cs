using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Holdfast.Platform.Data;

/// <summary>Describes failures of a database, its file or the connection to it that an operator can mend, in one line each.</summary>
public static class DatabaseFailure
{
    private const string Restore = "Stop the servers, keep a copy of what is there, and restore the last backup.";

    /// <summary>Whether the SQLite file is damaged, or is not an SQLite file.</summary>
    public static bool IsDamage(Exception e) => e is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB };

    /// <summary>The line about a SQLite file that is damaged.</summary>
    /// <param name="finding">What was found, e.g. by <see cref="Verification.DamageAsync"/>.</param>
    public static string Damaged(string finding) => $"the SQLite file is damaged: {OneLine(finding)}. {Restore}";

    /// <summary>Returns what has failed and what to do about it; null if the exception has another cause, such as a bug.</summary>
    public static string? Line(Exception e) => e switch
    {
        SqliteException lite => OfSqlite(lite),
        PostgresException refused => OfPostgres(refused),
        NpgsqlException lost => $"PostgreSQL cannot be reached: {OneLine(lost.InnerException?.Message ?? lost.Message)}",
        DatabaseUnavailableException away => OneLine(away.Message),
        _ => null,
    };

    private static string? OfSqlite(SqliteException e) => e.SqliteErrorCode switch
    {
        raw.SQLITE_NOTADB => $"the file is not an SQLite database, or its beginning is damaged: name another file. Or: {Restore}",
        raw.SQLITE_CORRUPT => Damaged(e.Message),
        raw.SQLITE_CANTOPEN =>
            "the SQLite file cannot be opened: it is a directory, or this user may not read and write it and its folder.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM => "this user may not write the SQLite file or its folder.",
        raw.SQLITE_IOERR => $"the disk has failed: {OneLine(e.Message)}. Look after it, and after its free space.",
        raw.SQLITE_FULL => "the disk is full; SQLite needs room beside its file and in the folder for temporary files (SQLITE_TMPDIR).",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another process keeps the SQLite file locked: try again when it is done.",
        _ => null,
    };

    // Classes of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. 08 connection, 28 password, 3D no such database,
    // 53 resources, 57 operator's wish, 58 disk, XX001 and XX002 damaged data, 42501 rights, 25006 read-only.
    private static string? OfPostgres(PostgresException e) => e.SqlState switch
    {
        "XX001" or "XX002" => $"PostgreSQL has found damaged data: {OneLine(e.MessageText)}. {Restore}",
        "42501" or "25006" => Refused(e),
        var state when state[..2] is "08" or "28" or "3D" or "53" or "57" or "58" => Refused(e),
        _ => null,
    };

    private static string Refused(PostgresException e) => $"PostgreSQL refuses: {OneLine(e.MessageText)} ({e.SqlState})";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
