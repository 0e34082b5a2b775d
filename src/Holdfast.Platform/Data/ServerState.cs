using Holdfast.Platform.Data.Postgres;

namespace Holdfast.Platform.Data;

/// <summary>What a PostgreSQL server and its settings allow this role in this database.</summary>
/// <param name="IsReadOnly">The server is a standby, or refuses changes.</param>
/// <param name="Connections">How many connections the role may have: the least of the limits of the role, the database and the
/// server.</param>
/// <param name="Durability">What COMMIT waits for: <c>synchronous_commit</c>.</param>
/// <param name="HasStandby">A synchronous standby exists or is configured.</param>
internal sealed record ServerState(bool IsReadOnly, int Connections, string Durability, bool HasStandby)
{
    private const int MinConnections = PostgresUrl.MinConnections + 2;

    // -1 is "no limit". A superuser has the limit of the server alone.
    private const string Sql =
        "SELECT current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery(), current_setting('synchronous_commit'), "
        + "current_setting('synchronous_standby_names') <> '', "
        + "(SELECT LEAST(current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0 ELSE "
        + "current_setting('superuser_reserved_connections')::int "
        + "+ COALESCE(current_setting('reserved_connections', true)::int, 0) END, "
        + "CASE WHEN NOT r.rolsuper THEN NULLIF(r.rolconnlimit, -1) END, CASE WHEN NOT r.rolsuper THEN NULLIF(d.datconnlimit, -1) END) "
        + "FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database())";

    /// <summary>Returns why Holdfast cannot work on this server and what to do about it; null if it can.</summary>
    public string? Obstacle =>
        IsReadOnly ? "this server is read-only (a standby, or default_transaction_read_only is on): name the primary."
        : Connections < MinConnections
            ? $"this role may have {Connections} connections, and a server needs at least {MinConnections}: raise the least of the "
            + "CONNECTION LIMIT of the role, that of the database, and max_connections."
        : Durability == "off"
            ? "synchronous_commit is off, so that an order that was acknowledged could be lost: switch it on for this role or database."
        // remote_write is enough: what it acknowledges survives the promotion of the standby, unless both machines crash at once.
        : Durability == "local" && HasStandby
            ? "synchronous_commit is local, so that an order that was acknowledged could be lost when the synchronous standby is promoted: "
            + "set it to remote_write or on for this role or database."
        : null;

    public static QueryResult<ServerState> Read(StatementBatch batch) =>
        batch.Query(Sql, r => new ServerState(r.Bool(0), r.Int(3), r.Text(1), r.Bool(2)));
}
