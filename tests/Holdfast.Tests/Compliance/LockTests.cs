using System.Diagnostics;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

public abstract class LockTests(TestDatabase database)
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task A_second_writer_waits_and_then_sees_what_the_first_wrote()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        var other = database.Test.Open();
        await using var first = await _db.BeginAsync();
        await first.MayIdleAsync();
        await first.FirstAsync($"SELECT n FROM {table} WHERE id = 1 {{lock}}", r => r.Long(0));
        await first.ExecuteAsync($"UPDATE {table} SET n = 7");
        var second = Task.Run(() => other.WriteAsync(tx => tx.FirstAsync($"SELECT n FROM {table} WHERE id = 1 {{lock}}", r => r.Long(0))));
        await Task.Delay(150);
        Assert.False(second.IsCompleted);
        await first.CommitAsync();
        await first.DisposeAsync();
        Assert.Equal(7, await second);
    }

    [Fact]
    public async Task Readers_do_not_wait_for_a_writer()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await using var writer = await _db.BeginAsync();
        await writer.MayIdleAsync();
        await writer.ExecuteAsync($"UPDATE {table} SET n = 7");
        // The writer does not end before they do: had they to wait for it, they would fail.
        Assert.Equal(0, await Scratch.SumAsync(_db, table));
        Assert.Equal(0, await Scratch.SumAsync(database.Test.Open(), table));
        await writer.CommitAsync();
    }

    [Fact]
    public async Task Claims_that_skip_locked_rows_hand_each_row_to_one()
    {
        const int Rows = 200;
        var table = await Scratch.CountersAsync(_db, Rows);
        var other = database.Test.Open();
        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var mine = new List<int>();
            while (true)
            {
                var ids = await (worker % 2 == 0 ? _db : other).WriteAsync(async tx =>
                {
                    var ids = await tx.QueryAsync($"SELECT id FROM {table} WHERE n = 0 ORDER BY id LIMIT 7 {{skip locked}}", r => r.Int(0));
                    await Task.Delay(2);
                    await tx.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id {{in $1}}", (object)ids.ConvertAll(i => (long)i).ToArray());
                    return ids;
                });
                if (ids.Count == 0)
                {
                    return mine;
                }

                mine.AddRange(ids);
            }
        })));
        // A claimer that finds only locked rows ends early; what counts is that nobody got a row twice, and that none is left when all have
        // ended.
        Assert.Equal(Enumerable.Range(1, Rows), claimed.SelectMany(c => c).Order());
    }

    [Fact]
    public async Task Transactions_that_lock_in_opposite_order_both_commit()
    {
        var table = await Scratch.CountersAsync(_db, 2);
        var other = database.Test.Open();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => (i % 2 == 0 ? _db : other).WriteAsync(async tx =>
        {
            await tx.ExecuteAsync($"UPDATE {table} SET n = n + 1 WHERE id = $1", 1 + (i % 2));
            await Task.Delay(20);
            await tx.ExecuteAsync($"UPDATE {table} SET n = n + 1 WHERE id = $1", 2 - (i % 2));
        }))));
        Assert.Equal(8, await Scratch.SumAsync(_db, table));
    }
}

public sealed class Locks_on_sqlite(SqliteDatabase database) : LockTests(database), IClassFixture<SqliteDatabase>;

public sealed class Locks_on_postgresql(PostgresDatabase database) : LockTests(database), IClassFixture<PostgresDatabase>
{
    private readonly PostgresDatabase _database = database;

    [Fact]
    public async Task A_locked_row_is_passed_over_at_once()
    {
        var db = _database.Db;
        var table = await Scratch.CountersAsync(db, 3);
        await using var first = await db.BeginAsync();
        await first.MayIdleAsync();
        await first.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 2");
        Assert.Equal([1, 3],
            await db.WriteAsync(tx => tx.QueryAsync($"SELECT id FROM {table} ORDER BY id {{skip locked}}", r => r.Int(0))));
    }

    [Fact]
    public async Task A_deadlock_and_a_lock_timeout_may_be_tried_again()
    {
        var db = _database.Db;
        var table = await Scratch.CountersAsync(db, 2);
        await using var first = await db.BeginAsync();
        await using var second = await db.BeginAsync();
        await first.MayIdleAsync();
        await second.MayIdleAsync();
        await first.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 1");
        await second.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 2");
        var timeout = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var third = await db.BeginAsync();
            await third.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 2");
        });
        Assert.True(db.IsTransient(timeout) && !db.IsConnectionLost(timeout) && !db.IsDataError(timeout), timeout.ToString());

        var one = first.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 2");
        var two = second.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 1");
        // The database picks the victim, and either side may be heard of first.
        await Task.WhenAll(one, two).ContinueWith(_ => { }, TaskScheduler.Default);
        var (loser, winner) = one.IsFaulted ? (one, two) : (two, one);
        var deadlock = await Assert.ThrowsAnyAsync<Exception>(() => loser);
        Assert.True(db.IsTransient(deadlock), deadlock.ToString());
        Assert.Equal(1, await winner);
    }

    [Fact]
    public async Task No_statement_is_compiled_before_it_runs()
    {
        var table = await Scratch.CountersAsync(_database.Db, 1);
        var plan = await _database.Db.ReadAsync(s => s.QueryAsync($"EXPLAIN (ANALYZE) SELECT n FROM {table} WHERE n >= 0", r => r.Text(0)));
        Assert.Contains(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("JIT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transaction_that_stands_still_gives_its_rows_back()
    {
        var db = _database.Db;
        var table = await Scratch.CountersAsync(db, 1);
        await using var paused = await db.BeginAsync();
        await paused.ExecuteAsync($"UPDATE {table} SET n = 100");
        var clock = Stopwatch.StartNew();
        await _database.Test.Open().WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1"));
        Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(3), $"{clock.Elapsed}");
        var e = await Assert.ThrowsAnyAsync<Exception>(() => paused.ExecuteAsync($"UPDATE {table} SET n = 200"));
        Assert.True(db.IsConnectionLost(e), e.ToString());
        Assert.Equal(1, await Scratch.SumAsync(db, table));
    }
}
