using System.Globalization;
using Npgsql;

namespace Holdfast.Bench;

/// <summary>What a run left in the database: the proof that both sides of a ratio wrote the same.</summary>
internal static class Audit
{
    /// <summary>Rows per order by table, with the bytes of the event's data and the write-ahead log per order. Throws where the books do not balance.</summary>
    public static async Task<string> RowsPerOrderAsync(Cluster cluster, string database, double walBytes)
    {
        await using var connection = await cluster.ConnectAsync(database);
        var orders = await ScalarAsync(connection, "SELECT count(*) FROM orders");
        var reserved = await ScalarAsync(connection, "SELECT sum(reserved)::bigint FROM stock");
        var moved = await ScalarAsync(connection, "SELECT sum(reserved_delta)::bigint FROM stock_movements");
        if (orders == 0 || orders != reserved || orders != moved)
        {
            throw new BenchException($"{database}: {orders} orders of one piece, but {reserved} reserved and {moved} in the ledger");
        }

        var parts = new List<string>();
        foreach (var table in await TablesAsync(connection))
        {
            var rows = await ScalarAsync(connection, $"SELECT count(*) FROM public.{table}") - await ScalarAsync(connection, $"SELECT count(*) FROM snapshot.{table}");
            if (rows != 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{table} {(double)rows / orders:0.##}"));
            }
        }

        var data = await ScalarAsync(connection, "SELECT COALESCE(avg(length(data)), 0)::bigint FROM events");
        return string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(", ", parts)}; stock updated; event data {data} bytes; write-ahead log {walBytes / orders:0} bytes");
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
