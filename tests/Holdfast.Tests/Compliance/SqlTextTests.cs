using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Http;

namespace Holdfast.Tests.Compliance;

/// <summary>What callers choose is in the parameters of a statement, not in its text; and no text is remembered for ever.</summary>
public abstract class SqlTextTests(EveryRouteHost host)
{
    /// <summary>No constant of the program is one more than these.</summary>
    private static readonly int[] Limits = [37, 41, 73, 89];

    [Fact]
    public async Task No_list_makes_a_statement_of_its_own_for_each_limit()
    {
        var lists = host.Routes.Rules.Where(r => r.Method == "GET").ToList();
        var answered = 0;
        foreach (var (rule, limit) in lists.SelectMany(r => Limits.Select(l => (r, l))))
        {
            var status = await AskAsync(rule, $"limit={limit}");
            status = status == 400 ? await AskAsync(rule, $"limit={limit}&storeId={DemoStore.StoreId}") : status;
            Assert.True(status < 500, $"{rule}: {status}");
            answered += status == 200 ? 1 : 0;
        }

        Assert.True(answered >= 20 * Limits.Length, $"{answered} answers");
        var texts = (host.Routes.Server.Database.Backend == Backend.Sqlite ? Sql.ForSqlite : Sql.ForPostgres).Keys;
        Assert.DoesNotContain(texts, t => Limits.Any(l => t.Contains($"LIMIT {l + 1}", StringComparison.Ordinal)));
    }

    private async Task<int> AskAsync(RouteRule rule, string query)
    {
        using var request = host.Routes.Request(rule);
        request.RequestUri = new Uri($"{request.RequestUri}?{query}", UriKind.Relative);
        using var answer = await host.Routes.Admin.SendAsync(request);
        return (int)answer.StatusCode;
    }
}

public sealed class SqlText_on_sqlite(SqliteEveryRoute host) : SqlTextTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class SqlText_on_postgresql(PostgresEveryRoute host) : SqlTextTests(host), IClassFixture<PostgresEveryRoute>;

/// <summary>The memories alone.</summary>
public abstract class BoundedTextTests(TestDatabase database)
{
    [Fact]
    public async Task Thousands_of_statements_are_run_and_few_are_kept()
    {
        for (var i = 0; i < 5_000; i++)
        {
            var n = i;
            Assert.Equal(n, await database.Db.ReadAsync(s => s.FirstAsync($"SELECT {n}", r => r.Long(0))));
        }

        Assert.InRange((database.Db.Name == "sqlite" ? Sql.ForSqlite : Sql.ForPostgres).Count, 1, 2_010);
    }

    [Fact]
    public async Task Thousands_of_writes_over_a_set_are_run_on_one_connection()
    {
        var table = await Scratch.CountersAsync(database.Db, 1);
        for (var i = 0; i < 700; i++)
        {
            var n = i;
            await database.Db.WriteAsync(async tx =>
            {
                var rows = new RowSet(table, new("id", ColumnType.Int), new("n", ColumnType.Long));
                rows.Add(1).Add((long)n);
                var batch = tx.Batch();
                batch.ChangeEach(rows, $"UPDATE {table} SET n = {{v.n}} + {n} WHERE {table}.id = {{v.id}}");
                await batch.RunAsync();
            });
        }

        Assert.Equal(699 * 2, await database.Db.ReadAsync(s => s.FirstAsync($"SELECT n FROM {table}", r => r.Long(0))));
    }
}

public sealed class BoundedText_on_sqlite(SqliteDatabase database) : BoundedTextTests(database), IClassFixture<SqliteDatabase>;

public sealed class BoundedText_on_postgresql(PostgresDatabase database) : BoundedTextTests(database), IClassFixture<PostgresDatabase>;

/// <summary>What is remembered by key is bounded whatever the keys.</summary>
public sealed class BoundedMemoryTests
{
    [Fact]
    public void A_full_memory_is_emptied_and_goes_on()
    {
        var memory = new BoundedMemory<int, string>(10);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal($"{i}", memory.GetOrAdd(i, n => $"{n}"));
            Assert.InRange(memory.Count, 0, 10);
        }

        Assert.Equal("999", memory.GetOrAdd(999, _ => "made again"));
    }

    [Fact]
    public async Task Many_threads_at_once_keep_the_bound_nearly()
    {
        const int threads = 8;
        var memory = new BoundedMemory<int, int>(100);
        await Parallel.ForAsync(0, 50_000, new ParallelOptions { MaxDegreeOfParallelism = threads }, (i, _) =>
        {
            Assert.Equal(i, memory.GetOrAdd(i, n => n));
            Assert.InRange(memory.Count, 0, 100 + (2 * threads));
            return ValueTask.CompletedTask;
        });
    }
}
