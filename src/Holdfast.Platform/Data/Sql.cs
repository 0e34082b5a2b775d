using System.Text.RegularExpressions;

namespace Holdfast.Platform.Data;

/// <summary>
/// The few places where the two databases' SQL differs, as tokens in otherwise portable text. Parameters are <c>$1</c>, <c>$2</c>, ...
/// <list type="bullet">
/// <item><c>{in $1}</c>: the parameter is an array of <see cref="Guid"/>, <see cref="string"/> or <see cref="long"/>.</item>
/// <item><c>{lock}</c>, <c>{skip locked}</c>: a row lock at the end of a SELECT; nothing on SQLite, whose transactions are alone.</item>
/// <item><c>{share}</c>: a row lock at the end of a SELECT that many may have at once, and that keeps writers away.</item>
/// <item><c>{as uuid}</c>: a cast that only PostgreSQL needs, after a parameter that may be null.</item>
/// <item>in migrations, the types <c>{uuid}</c> <c>{time}</c> <c>{bytes}</c> <c>{bool}</c>, and lines between <c>-- only postgresql</c> or
/// <c>-- only sqlite</c> and <c>-- end</c>.</item>
/// </list>
/// </summary>
internal static partial class Sql
{
    // A few hundred are the program's own.
    private const int MaxTexts = 2_000;

    /// <summary>The texts that were already translated into the dialect of each database.</summary>
    internal static readonly BoundedMemory<string, string> ForPostgres = new(MaxTexts);

    internal static readonly BoundedMemory<string, string> ForSqlite = new(MaxTexts);

    public static string Postgres(string sql) =>
        ForPostgres.GetOrAdd(sql, static text => As().Replace(In().Replace(text, "= ANY($1)"), "::$1")
        .Replace("{share}", "FOR SHARE", StringComparison.Ordinal)
        .Replace("{lock}", "FOR NO KEY UPDATE", StringComparison.Ordinal)
        .Replace("{skip locked}", "FOR NO KEY UPDATE SKIP LOCKED", StringComparison.Ordinal));

    public static string Sqlite(string sql) =>
        ForSqlite.GetOrAdd(sql, static text => As().Replace(In().Replace(text, "IN (SELECT value FROM json_each($1))"), "")
        .Replace("{share}", "", StringComparison.Ordinal)
        .Replace("{lock}", "", StringComparison.Ordinal)
        .Replace("{skip locked}", "", StringComparison.Ordinal));

    /// <summary>The statements of a migration in one dialect.</summary>
    public static IEnumerable<string> Statements(string script, bool sqlite)
    {
        var skipped = sqlite ? "postgresql" : "sqlite";
        var text = new List<string>();
        var skipping = false;
        foreach (var line in script.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed == $"-- only {skipped}")
            {
                skipping = true;
            }
            else if (trimmed == "-- end")
            {
                skipping = false;
            }
            else if (!skipping && !trimmed.StartsWith("--", StringComparison.Ordinal))
            {
                text.Add(line);
            }
        }

        var body = string.Join('\n', text);
        foreach (var (token, postgres, lite) in Types)
        {
            body = body.Replace(token, sqlite ? lite : postgres, StringComparison.Ordinal);
        }

        // A statement ends with a semicolon at the end of a line; a trigger's body therefore keeps its own on one line.
        return body.Split(";\n").Select(s => s.Trim().TrimEnd(';')).Where(s => s.Length > 0);
    }

    private static readonly (string Token, string Postgres, string Sqlite)[] Types =
    [
        ("{uuid}", "uuid", "text"), ("{time}", "timestamptz", "integer"), ("{bytes}", "bytea", "blob"), ("{bool}", "boolean", "integer"),
    ];

    [GeneratedRegex(@"\{in (\$\d+)\}")]
    private static partial Regex In();

    [GeneratedRegex(@"\{as (\w+(\[\])?)\}")]
    private static partial Regex As();
}
