using System.Globalization;
using Npgsql;

namespace Holdfast.Bench;

/// <summary>What an order wrote, on average over a run.</summary>
/// <param name="Rows">Rows per order by table, where there are any.</param>
/// <param name="DataBytes">Bytes of the event's data.</param>
/// <param name="LogBytes">Bytes of write-ahead log, including all that happens during the run.</param>
internal sealed record Footprint(IReadOnlyDictionary<string, double> Rows, double DataBytes, double LogBytes)
{
    private const double Tolerance = 0.03;

    /// <summary>
    /// Whether both wrote the same rows with as much in them. The outbox is left out, because a running relay empties it, and so are the
    /// attempts of commits: each transaction of Holdfast inserts one, however many orders it places, and the baseline does without.
    /// </summary>
    public bool IsLike(Footprint other) => Math.Abs(DataBytes / other.DataBytes - 1) < Tolerance
        && Rows.Keys.Union(other.Rows.Keys).Where(t => t is not "outbox" and not "order_statistics" and not "commit_attempts")
            .All(t => Math.Abs(Rows.GetValueOrDefault(t) - other.Rows.GetValueOrDefault(t)) < Tolerance);

    public override string ToString()
    {
        var rows = string.Join(", ", Rows.Where(r => r.Value > 0.01)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key} {r.Value:0.##}")));
        return string.Create(CultureInfo.InvariantCulture,
            $"{rows}; stock updated; event data {DataBytes:0} bytes; write-ahead log {LogBytes:0} bytes");
    }
}

/// <summary>Looks at what a run left in the database.</summary>
internal static class Audit
{
    /// <summary>What each order wrote. Throws where the books do not balance.</summary>
    public static async Task<Footprint> FootprintAsync(Cluster cluster, string database, double walBytes)
    {
        await using var connection = await cluster.ConnectAsync(database);
        var orders = await ScalarAsync(connection, "SELECT count(*) FROM orders");
        var reserved = await ScalarAsync(connection, "SELECT sum(reserved)::bigint FROM stock");
        var moved = await ScalarAsync(connection, "SELECT sum(reserved_delta)::bigint FROM stock_movements");
        if (orders == 0 || orders != reserved || orders != moved)
        {
            throw new BenchException($"{database}: {orders} orders of one piece, but {reserved} reserved and {moved} in the ledger");
        }

        var perOrder = new Dictionary<string, double>();
        foreach (var table in await TablesAsync(connection))
        {
            var rows = await ScalarAsync(connection,
                $"SELECT (SELECT count(*) FROM public.{table}) - (SELECT count(*) FROM snapshot.{table})");
            if (rows != 0)
            {
                perOrder[table] = (double)rows / orders;
            }
        }

        var data = await ScalarAsync(connection, "SELECT COALESCE(avg(length(data)), 0)::bigint FROM events");
        return new(perOrder, data, walBytes / orders);
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT tablename FROM pg_tables WHERE schemaname = 'snapshot' ORDER BY 1", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
