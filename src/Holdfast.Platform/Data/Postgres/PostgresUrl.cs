using System.Globalization;
using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>Reads a <c>postgres://</c> address, and gives each kind of work its share of the connections.</summary>
internal static class PostgresUrl
{
    /// <summary>
    /// Session settings that the engine relies on, each with the largest value in milliseconds that is accepted when a server starts: a
    /// paused or cut-off process must give its rows back (ADR 3), and a silent connection must be noticed.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Value, long MaxMilliseconds)> Guards =
    [
        ("lock_timeout", "2s", 30_000), ("idle_in_transaction_session_timeout", "5s", 60_000), ("statement_timeout", "30s", 600_000),
        ("tcp_user_timeout", "10s", 120_000),
    ];

    private const int DefaultConnections = 28;
    public const int MinConnections = 6;
    private const int SharedBelow = 14;

    // A plan that is prepared while a table is empty is used when it has a million rows: it must go by the index from the start. What has
    // no index to go by then counts as so dear that the server would compile it each time (jit), which takes longer than the statement.
    private const string Plans =
        "-c enable_seqscan=off -c jit=off -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3";

    // What the address says before its question mark, and what would break the engine.
    private static readonly string[] Refused = ["Host", "Port", "Database", "Username", "Password", "Multiplexing", "Pooling", "Enlist",
        "No Reset On Close"];

    // Zero is "no limit" to Npgsql: callers would wait for a silent server for ever.
    private static readonly string[] Limits = ["Timeout", "Command Timeout", "Internal Command Timeout"];

    /// <summary>
    /// Returns the connection string of the address. Throws with one line for the operator if an option is unknown, repeated, or
    /// contradicts the rest.
    /// </summary>
    public static string ConnectionString(string url, bool isPatient)
    {
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "holdfast",
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            Options = $"{Plans} {string.Join(' ', Guards.Select(g => $"-c {g.Name}={g.Value}"))}",
            NoResetOnClose = true,
            WriteBufferSize = 64 * 1024,
            ReadBufferSize = 32 * 1024,
            MaxPoolSize = DefaultConnections,
            Timeout = 5,
            CommandTimeout = 60,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 2,
        };
        var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)))
        {
            var (name, value) = (Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : ""));
            Set(builder, name, value, given);
        }

        if (isPatient)
        {
            builder.CommandTimeout = 0;
            builder.Options += " -c lock_timeout=2s -c idle_in_transaction_session_timeout=60s -c statement_timeout=0";
        }

        return builder.MaxPoolSize >= MinConnections ? builder.ConnectionString
            : throw new StartupException($"DATABASE_URL: 'Maximum Pool Size' must be at least {MinConnections}.");
    }

    /// <summary>
    /// The same for one kind of work: three sevenths of the connections are for batches, a fourteenth is for what placing does beside them,
    /// and the others are shared by requests that read, that write, and background work. With fewer than fourteen placing has no share of
    /// its own: see <see cref="Pool"/>.
    /// </summary>
    public static string ConnectionString(string connectionString, DbWork work)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var total = builder.MaxPoolSize;
        var batches = total * 3 / 7;
        var placement = total / SharedBelow;
        var requests = (total - batches - placement) / 3;
        var (connections, patience) = work switch
        {
            DbWork.Batches => (batches, 2),
            DbWork.Placement when placement > 0 => (placement, 2),
            DbWork.Reads or DbWork.Writes or DbWork.Placement => (requests, 2),
            _ => (total - batches - placement - (2 * requests), 15),
        };
        builder.MaxPoolSize = connections;
        builder.MinPoolSize = Math.Min(builder.MinPoolSize, connections);
        builder.Timeout = Math.Min(builder.Timeout, patience);
        return builder.ConnectionString;
    }

    /// <summary>
    /// The kind of work whose connections this work uses: with few connections, placing uses those of <see cref="DbWork.Writes"/>.
    /// </summary>
    public static DbWork Pool(string connectionString, DbWork work) =>
        work == DbWork.Placement && new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize < SharedBelow ? DbWork.Writes : work;

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value, HashSet<string> given)
    {
        var canonical = builder.Keys.Cast<string>().FirstOrDefault(k => Same(k, name)) ?? name;
        if (!given.Add(canonical))
        {
            throw new StartupException($"DATABASE_URL: the option '{name}' is given twice.");
        }

        if (Refused.Any(refused => Same(refused, name)))
        {
            throw new StartupException($"DATABASE_URL: the option '{name}' contradicts the address or what Holdfast needs; remove it.");
        }

        if (Limits.Any(limit => Same(limit, name)) && int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds <= 0)
        {
            throw new StartupException(
                $"DATABASE_URL: the option '{name}' must be above 0: without a limit a silent server is not noticed.");
        }

        try
        {
            // Ours come first, and the server takes the last of a name: each option of the address replaces its own alone.
            builder[name] = Same("Options", name) ? $"{builder.Options} {value}" : value;
        }
        catch (Exception e)
            when (e is ArgumentException or KeyNotFoundException or FormatException or OverflowException or InvalidCastException)
        {
            throw new StartupException($"DATABASE_URL: the option '{name}' is unknown, or '{value}' is not a value of it.");
        }
    }

    private static bool Same(string a, string b) =>
        string.Equals(a.Replace(" ", "", StringComparison.Ordinal), b.Replace(" ", "", StringComparison.Ordinal),
        StringComparison.OrdinalIgnoreCase);
}
