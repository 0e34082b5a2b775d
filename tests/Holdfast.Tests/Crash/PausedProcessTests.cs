using System.Diagnostics;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>A process that is stopped with SIGSTOP while it holds the row that everybody wants.</summary>
[Slow]
public sealed class PausedProcessTests
{
    private const long Stock = 1_000_000;

    // Five seconds until PostgreSQL or the other process ends the session, two for a lock time-out, and a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task The_others_go_on_within_seconds_and_it_finds_out_on_its_return()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        await using var paused = await ServerProcess.StartAsync(database.Url);
        await using var other = await ServerProcess.StartAsync(database.Url);
        using var stop = new CancellationTokenSource();
        var buyers = Enumerable.Range(0, 16).Select(b => rush.BuyAsync(paused.Address, $"early{b}", b, stop.Token)).ToList();
        await Until.TrueAsync("orders are placed", () => rush.Answered > 50);
        await PauseWithTheRowAsync(database.Db, rush.Shop.Variant, paused);
        await stop.CancelAsync();

        await using var waiting = Lateness.Watch();
        var before = await rush.Shop.StockAsync();
        var late = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(b => rush.PlaceAsync(other.Address, $"late{b}", "late@example.com", default, (0, 1))));
        var waited = waiting.Elapsed;
        waiting.Within(Limit);
        Assert.All(late, l => Assert.True(l.IsOrder, l.Text));
        Assert.Equal(before.Reserved + 20, (await rush.Shop.StockAsync()).Reserved);
        Assert.Equal(0, rush.Unavailable);

        // From here on nobody waits.
        await using var going = Lateness.Watch();
        Assert.True((await rush.PlaceAsync(other.Address, "later", "late@example.com", default, (0, 1))).IsOrder);
        going.Within(TimeSpan.FromSeconds(2));

        paused.Resume();
        await Task.WhenAll(buyers);
        Assert.True((await rush.PlaceAsync(paused.Address, "back", "back@example.com", default, (0, 1))).IsOrder);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"the others waited {waited}; {rush.Orders.Count} orders, {rush.Unavailable} times 503");
        Assert.Equal(0, rush.Lost);
        await Audit.ServedAsync(rush, paused.Address);
        Assert.Equal(0, await paused.TerminateAsync());
        Assert.Equal(0, await other.TerminateAsync());
        await Audit.TablesAsync(database.Db, rush, Stock);
    }

    /// <summary>Stops the process again and again until it does so in a transaction that has the row locked.</summary>
    private static async Task PauseWithTheRowAsync(Db db, Guid variant, ServerProcess process)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            process.Pause();
            if (await StaysLockedAsync(db, variant))
            {
                var sessions = await db.ReadAsync(s => s.QueryAsync(
                    "SELECT state, wait_event FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL",
                    r => $"{r.Text(0)}, {r.TextOrNull(1)}"));
                TestContext.Current.TestOutputHelper?.WriteLine($"paused at try {tries + 1} with sessions: {string.Join("; ", sessions)}");
                return;
            }

            process.Resume();
            await Task.Delay(Random.Shared.Next(20));
        }

        Assert.Fail("it was never stopped with the row locked");
    }

    /// <summary>
    /// What a session of the paused process still executes ends within milliseconds; what is locked after that, stays so.
    /// </summary>
    private static async Task<bool> StaysLockedAsync(Db db, Guid variant)
    {
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < 200; await Task.Delay(10))
        {
            if ((await db.ReadAsync(s =>
                s.QueryAsync("SELECT variant_id FROM stock WHERE variant_id = $1 FOR NO KEY UPDATE SKIP LOCKED", r => r.Uuid(0),
                variant))).Count > 0)
            {
                return false;
            }
        }

        return true;
    }
}
