using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

/// <summary>
/// Background work (sweeps, the relay, consumers) may have slow statements, and nobody waits for it. A connection that has fallen silent
/// is noticed all the same: the server is asked whether it is at work.
/// </summary>
[Slow]
public sealed class SilentBackgroundTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    /// <summary>
    /// Twice three seconds until it counts as silent, as long again for a server that answers nobody, and one more connection that is
    /// tried.
    /// </summary>
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Where_only_the_old_connection_is_silent_it_is_done_over_a_new_one()
    {
        var table = await Scratch.CountersAsync(database.Db, 1);
        var (proxy, db) = await OpenAsync();
        await using var first = proxy;
        await using var second = db;
        await AddAsync(db, table);
        foreach (var work in new Func<Task>[] { () => AddAsync(db, table), () => Scratch.SumAsync(db, table) })
        {
            proxy.HushOpen();
            await using var lateness = Lateness.Watch();
            await work();
            lateness.Within(Noticed);
        }

        Assert.Equal(2, await Scratch.SumAsync(database.Db, table));
    }

    [Fact]
    public async Task Where_all_connections_are_silent_it_is_told_soon_and_then_it_goes_on()
    {
        var table = await Scratch.CountersAsync(database.Db, 1);
        var (proxy, db) = await OpenAsync();
        await using var first = proxy;
        await using var second = db;
        await AddAsync(db, table);
        proxy.Hush();
        await using (var lateness = Lateness.Watch())
        {
            var e = await Assert.ThrowsAnyAsync<Exception>(() => AddAsync(db, table));
            Assert.Equal(DbFault.Lost, db.FaultOf(e));
            lateness.Within(Noticed);
        }

        proxy.Restore();
        await AddAsync(db, table);
        Assert.Equal(2, await Scratch.SumAsync(database.Db, table));
    }

    /// <summary>The session waits for the rest of what was sent to it: that is no work.</summary>
    [Fact]
    public async Task A_commit_that_does_not_arrive_is_noticed_soon()
    {
        var table = await Scratch.CountersAsync(database.Db, 1);
        var (proxy, url) = await CommitProxy.BeforeAsync(database.Test);
        await using var first = proxy;
        await using var db = Db.Open(url);
        await AddAsync(db, table);
        proxy.Next(Cut.Withheld);
        await using var lateness = Lateness.Watch();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => AddAsync(db, table));
        lateness.Within(Noticed);
    }

    /// <summary>Longer than a silence may last, and run once.</summary>
    [Theory]
    [InlineData("SELECT 1 FROM pg_sleep(11)")]
    [InlineData("SELECT 1 FROM generate_series(1, 22) i, LATERAL (SELECT pg_sleep(0.5 + 0 * i)) s LIMIT 1 OFFSET 21")]
    public async Task A_slow_statement_goes_on(string sql)
    {
        var (proxy, db) = await OpenAsync();
        await using var first = proxy;
        await using var second = db;
        var tries = 0;
        Assert.Equal(1, await db.ReadAsync(s =>
        {
            tries++;
            return s.FirstAsync(sql, r => r.Int(0));
        }));
        Assert.Equal(1, tries);
    }

    /// <summary>It waits for a lock, and so works on it; who holds the lock is at fault.</summary>
    [Fact]
    public async Task A_statement_that_waits_for_a_lock_goes_on()
    {
        var table = await Scratch.CountersAsync(database.Db, 1);
        await using var db = Db.Open($"{database.Test.Url}?Options={Uri.EscapeDataString("-c lock_timeout=30s")}");
        Task adding;
        await using (var holder = await database.Db.BeginAsync())
        {
            await holder.MayIdleAsync();
            await holder.ExecuteAsync($"UPDATE {table} SET n = 1");
            adding = AddAsync(db, table);
            await holder.QueryAsync("SELECT 1 FROM pg_sleep(9)", r => r.Int(0));
            Assert.False(adding.IsCompleted);
            await holder.CommitAsync();
        }

        await adding;
        Assert.Equal(2, await Scratch.SumAsync(database.Db, table));
    }

    private static Task AddAsync(Db db, string table) => db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = n + 1"));

    private async Task<(TcpProxy Proxy, Db Db)> OpenAsync()
    {
        var url = database.Test.Url;
        var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        return (proxy, Db.Open(new UriBuilder(url) { Port = proxy.Port }.Uri.ToString()));
    }
}
