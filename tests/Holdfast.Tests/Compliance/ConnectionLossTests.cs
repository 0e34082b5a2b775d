using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

/// <summary>PostgreSQL is another process, which may go away; SQLite's file may be held by another process.</summary>
[Slow]
public sealed class ConnectionLossTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task A_session_ended_by_the_server_before_the_commit_is_replaced()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        var tries = 0;
        await _db.WriteAsync(async tx =>
        {
            tries++;
            await tx.ExecuteAsync($"UPDATE {table} SET n = n + 1");
            if (tries == 1)
            {
                await TerminateAsync(await BackendAsync(tx));
                var e = await Assert.ThrowsAnyAsync<Exception>(() => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1"));
                Assert.True(_db.IsConnectionLost(e) && !_db.IsTransient(e) && !_db.IsDataError(e), e.ToString());
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
            }
        });
        Assert.Equal(2, tries);
        Assert.Equal(1, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task Reads_and_writes_survive_the_death_of_every_idle_connection()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        for (var round = 1; round <= 3; round++)
        {
            // Fill the pool, then end every session of it, and see that they have gone: one that was only told to end may still take a
            // statement.
            await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(_ => _db.ReadAsync(s => s.FirstAsync("SELECT pg_sleep(0.05)::text", r => r.TextOrNull(0)))));
            await using (var other = Db.Open(database.Test.Url))
            {
                await other.ReadAsync(s =>
                    s.QueryAsync(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                    r => r.Bool(0)));
                await Until.TrueAsync("the sessions have gone", async () => await other.ReadAsync(s => s.FirstAsync(
                    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
                    + "backend_type = 'client backend'", r => r.Long(0))) == 0);
            }

            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Scratch.SumAsync(_db, table)));
            await _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1"));
            Assert.Equal(round, await Scratch.SumAsync(_db, table));
        }
    }

    [Fact]
    public async Task An_outcome_can_be_asked_for()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        async Task<Tx> BegunAsync()
        {
            var tx = await _db.BeginAsync();
            await tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES ($1, 1)", Random.Shared.Next(10, int.MaxValue));
            return tx;
        }

        await using var committed = await BegunAsync();
        Assert.Null(committed.Attempt);
        await committed.CommitAsync();
        Assert.True(await _db.SettleAsync(committed.Attempt!.Value, TimeSpan.FromSeconds(60)));
        Assert.True(await _db.SettleAsync(committed.Attempt!.Value, TimeSpan.FromSeconds(60)));

        // Whoever asks for what has not committed makes sure that it never will; asked again, it says the same.
        var never = Guid.CreateVersion7();
        Assert.False(await _db.SettleAsync(never, TimeSpan.FromSeconds(60)));
        Assert.False(await _db.SettleAsync(never, TimeSpan.FromSeconds(60)));
        await using (var late = await BegunAsync())
        {
            var e = await Assert.ThrowsAnyAsync<Exception>(() =>
                late.ExecuteAsync("INSERT INTO commit_attempts (id, is_void, created_at) VALUES ($1, false, now())", never));
            Assert.Equal(DbFault.Taken, _db.FaultOf(e));
        }

        // While it is under way, it cannot be told.
        var open = Guid.CreateVersion7();
        await using var under = await BegunAsync();
        await under.MayIdleAsync();
        await under.ExecuteAsync("INSERT INTO commit_attempts (id, is_void, created_at) VALUES ($1, false, now())", open);
        Assert.Null(await _db.SettleAsync(open, TimeSpan.FromSeconds(0.3)));
        var waiting = _db.SettleAsync(open, TimeSpan.FromSeconds(30));
        await Until.TrueAsync("somebody asks", async () => await database.Db.ReadAsync(s => s.FirstAsync(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", r => r.Long(0))) > 0);
        await under.CommitAsync();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_transaction_that_changes_nothing_leaves_no_attempt()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        var before = await Scratch.CountAsync(_db, "commit_attempts");
        await _db.WriteAsync(tx => tx.FirstAsync($"SELECT n FROM {table} WHERE id = 1 {{lock}}", r => r.Long(0)));
        await _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 77"));
        Assert.Equal(before, await Scratch.CountAsync(_db, "commit_attempts"));
        await _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = 1"));
        Assert.Equal(before + 1, await Scratch.CountAsync(_db, "commit_attempts"));
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_quickly_and_found_again()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var db = Db.Open(server.Url("postgres"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var table = await Scratch.CountersAsync(db, 1);
        Guid id;
        await using (var tx = await db.BeginAsync())
        {
            await tx.ExecuteAsync($"UPDATE {table} SET n = 5");
            await tx.CommitAsync();
            id = tx.Attempt!.Value;
        }

        foreach (var signal in new[] { Shell.SigInt, Shell.SigQuit })
        {
            await using var open = await db.BeginAsync();
            await open.ExecuteAsync($"UPDATE {table} SET n = 100");
            await server.StopAsync(signal);
            await using var lateness = Lateness.Watch();
            var lost = await Assert.ThrowsAnyAsync<Exception>(() => open.CommitAsync());
            var write = await Assert.ThrowsAnyAsync<Exception>(() => db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = 9")));
            var read = await Assert.ThrowsAnyAsync<Exception>(() => Scratch.SumAsync(db, table));
            Assert.All([lost, write, read], e =>
                Assert.True(db.IsConnectionLost(e) && !db.IsTransient(e) && !db.IsDataError(e), e.ToString()));
            Assert.Null(await db.SettleAsync(id, TimeSpan.FromSeconds(0.2)));
            lateness.Within(TimeSpan.FromSeconds(3));

            var outcome = db.SettleAsync(id, TimeSpan.FromSeconds(30));
            await server.StartServerAsync();
            Assert.True(await outcome);
            Assert.Equal(5, await Scratch.SumAsync(db, table));
            await db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n"));
        }
    }

    private static Task<int> BackendAsync(DbSession session) => session.FirstAsync("SELECT pg_backend_pid()", r => r.Int(0));

    private Task<bool> TerminateAsync(int backend) =>
        _db.ReadAsync(s => s.FirstAsync("SELECT pg_terminate_backend($1, 5000)", r => r.Bool(0), backend));
}

[Slow]
public sealed class BusyFileTests(SqliteDatabase database) : IClassFixture<SqliteDatabase>
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task Another_process_that_writes_is_waited_for_and_does_not_stop_readers()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await using var second = await SecondProcess.HoldAsync(database.Test.Url, $"UPDATE {table} SET n = n + 10");
        Assert.Equal(0, await Scratch.SumAsync(_db, table));
        var write = Task.Run(() => _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1")));
        await Task.Delay(300);
        Assert.False(write.IsCompleted);
        await second.CommitAsync();
        await write;
        Assert.Equal(11, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task Another_process_that_dies_while_it_writes_leaves_nothing()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await using var second = await SecondProcess.HoldAsync(database.Test.Url, $"UPDATE {table} SET n = n + 10");
        var write = Task.Run(() => _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1")));
        await Task.Delay(100);
        await second.KillAsync();
        await write;
        Assert.Equal(1, await Scratch.SumAsync(_db, table));
    }

    [Fact]
    public async Task A_file_that_stays_busy_is_an_error_that_may_be_tried_again()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        await using var second = await SecondProcess.HoldAsync(database.Test.Url, $"UPDATE {table} SET n = n + 10");
        var e = await Assert.ThrowsAnyAsync<Exception>(() => Task.Run(() => _db.BeginAsync()));
        Assert.True(_db.IsTransient(e), e.ToString());
        Assert.False(_db.IsConnectionLost(e) || _db.IsDataError(e));
        await second.CommitAsync();
        await _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1"));
        Assert.Equal(11, await Scratch.SumAsync(_db, table));
    }
}
