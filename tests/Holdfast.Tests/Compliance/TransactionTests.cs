using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

public abstract class TransactionTests(TestDatabase database)
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task A_commit_is_seen_by_others()
    {
        var table = await Scratch.CountersAsync(_db, 0);
        var result = await _db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES ($1, $2)", 1, 7L);
            return "done";
        });
        Assert.Equal("done", result);
        Assert.Equal(7, await Scratch.SumAsync(database.Test.Open(), table));
    }

    [Fact]
    public async Task An_exception_rolls_back_and_is_thrown_on()
    {
        var table = await Scratch.CountersAsync(_db, 0);
        await Assert.ThrowsAsync<FormatException>(() => _db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)");
            throw new FormatException();
        }));
        Assert.Equal(0, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task A_refusal_rolls_back_and_returns()
    {
        var table = await Scratch.CountersAsync(_db, 0);
        var told = false;
        var result = await _db.WriteAsync(async tx =>
        {
            tx.AfterCommit(() => told = true);
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)");
            await tx.RollbackAsync();
            return "refused";
        });
        Assert.Equal("refused", result);
        Assert.Equal(0, await Scratch.CountAsync(_db, table));
        Assert.False(told);
    }

    [Fact]
    public async Task Disposing_without_a_commit_rolls_back()
    {
        var table = await Scratch.CountersAsync(_db, 0);
        await using (var tx = await _db.BeginAsync())
        {
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)");
        }

        Assert.Equal(0, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task Nothing_is_seen_before_the_commit()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await using var tx = await _db.BeginAsync();
        await tx.MayIdleAsync();
        await tx.ExecuteAsync($"UPDATE {table} SET n = 5");
        Assert.Equal(5, await tx.FirstAsync($"SELECT n FROM {table}", r => r.Long(0)));
        Assert.Equal(0, await Scratch.SumAsync(_db, table));
        Assert.Equal(0, await Scratch.SumAsync(database.Test.Open(), table));
        await tx.CommitAsync();
        Assert.Equal(5, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task A_failed_statement_makes_the_commit_impossible()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (2, 2)");
            await Assert.ThrowsAnyAsync<Exception>(() => tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)"));
        }));
        Assert.Equal(1, await Scratch.CountAsync(_db, table));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Nothing_can_be_written_after_the_end(bool commit)
    {
        var table = await Scratch.CountersAsync(_db, 0);
        await using (var tx = await _db.BeginAsync())
        {
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)");
            await (commit ? tx.CommitAsync() : tx.RollbackAsync());
            await Assert.ThrowsAsync<InvalidOperationException>(() => tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (2, 2)"));
        }

        Assert.Equal(commit ? 1 : 0, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task Hints_run_after_the_commit_and_cannot_undo_it()
    {
        var table = await Scratch.CountersAsync(_db, 0);
        var seen = -1L;
        await _db.WriteAsync(async tx =>
        {
            tx.AfterCommit(() => throw new FormatException());
            tx.AfterCommit(() => seen = 1);
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)");
        });
        Assert.Equal(1, seen);
        Assert.Equal(1, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task An_empty_transaction_commits()
    {
        await _db.WriteAsync(_ => Task.CompletedTask);
        await _db.WriteAsync(tx => tx.Batch().RunAsync());
    }

    [Fact]
    public async Task Statements_of_a_batch_keep_their_results_apart()
    {
        var table = await Scratch.CountersAsync(_db, 3);
        await _db.WriteAsync(async tx =>
        {
            var rows = new RowSet(table, new("id", ColumnType.Int), new("n", ColumnType.Long));
            rows.Add(3).Add(1L).Add(4).Add(1L).Add(5).Add(1L);
            var batch = tx.Batch();
            var updated = batch.Execute($"UPDATE {table} SET n = n + $1 WHERE id < $2", 10L, 3);
            var low = batch.Query($"SELECT n FROM {table} WHERE id < $1 ORDER BY id", r => r.Long(0), 3);
            var none = batch.Query($"SELECT n FROM {table} WHERE id = $1", r => r.Long(0), 99);
            var deleted = batch.Execute($"DELETE FROM {table} WHERE id = 99");
            var inserted = batch.InsertReturning(rows, "ON CONFLICT (id) DO NOTHING RETURNING id", r => r.Int(0));
            var now = batch.Now();
            var count = batch.Query($"SELECT COUNT(*) FROM {table}", r => r.Long(0));
            await batch.RunAsync();
            Assert.Equal(2, updated.Count);
            Assert.Equal([10, 10], low.Rows);
            Assert.Empty(none.Rows);
            Assert.Equal(0, none.First);
            Assert.Equal(0, deleted.Count);
            Assert.Equal([4, 5], inserted.Rows.Order());
            Assert.Single(now.Rows);
            Assert.Equal(5, count.First);
        });
    }

    [Fact]
    public async Task A_query_without_rows_to_give_and_a_statement_that_gives_rows_are_refused()
    {
        var table = await Scratch.CountersAsync(_db, 2);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _db.WriteAsync(tx => tx.ExecuteAsync($"SELECT n FROM {table}")));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _db.WriteAsync(tx => tx.QueryAsync($"DELETE FROM {table}", r => r.Long(0))));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.Execute($"SELECT n FROM {table}");
            batch.Query($"SELECT n FROM {table}", r => r.Long(0));
            await batch.RunAsync();
        }));
        Assert.Equal(2, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task Writers_at_once_lose_no_update()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        var other = database.Test.Open();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => (i % 2 == 0 ? _db : other).WriteAsync(async tx =>
        {
            var n = await tx.FirstAsync($"SELECT n FROM {table} WHERE id = 1 {{lock}}", r => r.Long(0));
            await tx.ExecuteAsync($"UPDATE {table} SET n = $1 WHERE id = 1", n + 1);
        }))));
        Assert.Equal(100, await Scratch.SumAsync(_db, table));
    }
}

public sealed class Transactions_on_sqlite(SqliteDatabase database) : TransactionTests(database), IClassFixture<SqliteDatabase>;

public sealed class Transactions_on_postgresql(PostgresDatabase database) : TransactionTests(database), IClassFixture<PostgresDatabase>;
