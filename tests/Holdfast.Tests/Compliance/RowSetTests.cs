using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

/// <summary>Writes of many rows at once.</summary>
public abstract class RowSetTests(TestDatabase database)
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task Ten_thousand_rows()
    {
        var table = await Scratch.CountersAsync(_db, 10_000);
        Assert.Equal(10_000, await Scratch.CountAsync(_db, table));
        await _db.WriteAsync(async tx =>
        {
            var rows = Counters(table, Enumerable.Range(1, 10_000).Select(i => (i, (long)i)));
            var batch = tx.Batch();
            var changed = batch.ChangeEach(rows,
                $"UPDATE {table} SET n = {table}.n + {{v.n}} WHERE {table}.id = {{v.id}} AND {table}.n = 0");
            await batch.RunAsync();
            Assert.Equal(10_000, changed.Count);
        });
        Assert.Equal(10_000L * 10_001 / 2, await Scratch.SumAsync(_db, table));
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.ChangeEach(Counters(table, Enumerable.Range(2, 9_999).Select(i => (i, (long)i))),
                $"DELETE FROM {table} WHERE {table}.id = {{v.id}} AND {table}.n = {{v.n}}");
            await batch.RunAsync();
        });
        Assert.Equal(1, await Scratch.CountAsync(_db, table));
    }

    [Theory]
    [InlineData("UPDATE {0} SET n = {1} WHERE {0}.id = {2} AND {0}.n = 0")]
    [InlineData("DELETE FROM {0} WHERE {0}.id = {2} AND {0}.n = {1}")]
    public async Task A_row_that_is_not_as_read_lets_nothing_commit(string change)
    {
        var table = await Scratch.CountersAsync(_db, 3);
        var sql = string.Format(null, change, table, "{v.n}", "{v.id}");
        var caught = false;
        var e = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var tx = await _db.BeginAsync();
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (9, 0)");
            try
            {
                var batch = tx.Batch();
                batch.ChangeEach(Counters(table, [(1, 0), (2, 0), (77, 0)]), sql);
                await batch.RunAsync();
            }
            catch (StaleRowException stale)
            {
                Assert.True(_db.IsTransient(stale));
                caught = true;
            }

            await tx.CommitAsync();
        });
        Assert.True(caught, e.ToString());
        Assert.IsType<InvalidOperationException>(e);
        Assert.Equal(3, await Scratch.CountAsync(_db, table));
        Assert.Equal(0, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task A_lost_guard_runs_the_transaction_again()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        var tries = 0;
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.ChangeEach(Counters(table, [(tries++ == 0 ? 2 : 1, 5)]), $"UPDATE {table} SET n = {{v.n}} WHERE {table}.id = {{v.id}}");
            await batch.RunAsync();
        });
        Assert.Equal(2, tries);
        Assert.Equal(5, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task A_guard_that_is_always_lost_ends()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await Assert.ThrowsAsync<StaleRowException>(() => _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.ChangeEach(Counters(table, [(2, 5)]), $"UPDATE {table} SET n = {{v.n}} WHERE {table}.id = {{v.id}}");
            await batch.RunAsync();
        }));
    }

    [Fact]
    public async Task Nulls_are_written_by_changes()
    {
        var table = await Scratch.TableAsync(_db, "id int PRIMARY KEY, t text, at {time}, b {bool}, y {bytes}, u {uuid}, l bigint");
        await _db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync($"INSERT INTO {table} (id, t, l) VALUES (1, 'x', 4)");
            var rows = new RowSet(table, new("id", ColumnType.Int), new("t", ColumnType.Text), new("at", ColumnType.Time),
                new("b", ColumnType.Bool),
                new("y", ColumnType.Bytes), new("u", ColumnType.Uuid), new("l", ColumnType.Long));
            rows.Add(1).Add((string?)null).Add((DateTime?)null).Add((bool?)null).Add((byte[]?)null).Add((Guid?)null).Add((long?)null);
            var batch = tx.Batch();
            batch.ChangeEach(rows,
                $"UPDATE {table} SET t = {{v.t}}, at = {{v.at}}, b = {{v.b}}, y = {{v.y}}, u = {{v.u}}, l = {{v.l}} WHERE {table}.id = "
                + $"{{v.id}}");
            await batch.RunAsync();
        });
        Assert.True(
            await _db.ReadAsync(s => s.FirstAsync($"SELECT t, at, b, y, u, l FROM {table}", r => Enumerable.Range(0, 6).All(r.IsNull))));
    }

    [Fact]
    public async Task Rows_that_are_there_already_are_passed_over_where_asked()
    {
        var table = await Scratch.CountersAsync(_db, 2);
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            var inserted = batch.Insert(Counters(table, [(1, 5), (2, 5), (3, 5)]), "ON CONFLICT (id) DO NOTHING");
            var returned = batch.InsertReturning(Counters(table, [(3, 6), (4, 6)]), "ON CONFLICT (id) DO NOTHING RETURNING id, n",
                r => (r.Int(0), r.Long(1)));
            await batch.RunAsync();
            Assert.Equal(1, inserted.Count);
            Assert.Equal([(4, 6L)], returned.Rows);
        });
        Assert.Equal(11, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task An_upsert_over_a_set()
    {
        var table = await Scratch.CountersAsync(_db, 2);
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.Insert(Counters(table, [(2, 5), (3, 7)]), $"ON CONFLICT (id) DO UPDATE SET n = {table}.n + excluded.n");
            await batch.RunAsync();
        });
        Assert.Equal(12, await Scratch.SumAsync(_db, table));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task What_a_statement_reads_is_what_those_before_it_have_written(int inserts)
    {
        var (a, b) = (await Scratch.CountersAsync(_db, 3), await Scratch.CountersAsync(_db, 1));
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.ChangeEach(Counters(a, [(1, 5)]), $"UPDATE {a} SET n = {{v.n}} WHERE {a}.id = {{v.id}} AND {a}.n = 0");
            batch.Insert(Counters(b, Enumerable.Range(10, inserts).Select(i => (i, 1L))));
            batch.ChangeEach(Counters(a, [(2, 5)]), $"UPDATE {a} SET n = {{v.n}} WHERE {a}.id = {{v.id}} AND {a}.n = 0");
            batch.Execute($"UPDATE {a} SET n = n * 10");
            batch.ChangeEach(Counters(a, [(1, 50)]), $"UPDATE {a} SET n = {a}.n + {{v.n}} WHERE {a}.id = {{v.id}} AND {a}.n = 50");
            batch.ChangeEach(Counters(b, Enumerable.Range(10, inserts).Select(i => (i, 1L))),
                $"UPDATE {b} SET n = {b}.n + {{v.n}} WHERE {b}.id = {{v.id}}");
            var read = batch.Query($"SELECT n FROM {a} ORDER BY id", r => r.Long(0));
            await batch.RunAsync();
            Assert.Equal([100, 50, 0], read.Rows);
        });
        Assert.Equal(2 * inserts, await Scratch.SumAsync(_db, b));
    }

    [Fact]
    public async Task An_empty_set_is_no_statement()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            var inserted = batch.Insert(Counters(table, []));
            var returned = batch.InsertReturning(Counters(table, []), "RETURNING id", r => r.Int(0));
            var changed = batch.ChangeEach(Counters(table, []), $"UPDATE {table} SET n = {{v.n}} WHERE {table}.id = {{v.id}}");
            var count = batch.Query($"SELECT COUNT(*) FROM {table}", r => r.Long(0));
            await batch.RunAsync();
            Assert.Equal((0, 0, 0, 1L), (inserted.Count, returned.Rows.Count, changed.Count, count.First));
        });
    }

    [Fact]
    public async Task A_row_that_is_not_whole_or_of_another_type_is_a_bug()
    {
        var rows = new RowSet("t", new("id", ColumnType.Int), new("n", ColumnType.Long)).Add(1);
        Assert.Throws<InvalidOperationException>(() => rows.Add(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _db.WriteAsync(tx =>
        {
            tx.Batch().Insert(rows);
            return Task.CompletedTask;
        }));
    }

    private static RowSet Counters(string table, IEnumerable<(int Id, long N)> values)
    {
        var rows = new RowSet(table, new("id", ColumnType.Int), new("n", ColumnType.Long));
        foreach (var (id, n) in values)
        {
            rows.Add(id).Add(n);
        }

        return rows;
    }
}

public sealed class RowSets_on_sqlite(SqliteDatabase database) : RowSetTests(database), IClassFixture<SqliteDatabase>;

public sealed class RowSets_on_postgresql(PostgresDatabase database) : RowSetTests(database), IClassFixture<PostgresDatabase>;
