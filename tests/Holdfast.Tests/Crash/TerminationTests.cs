using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>SIGTERM: what was accepted is finished and answered, and the process is gone within ten seconds.</summary>
[Slow]
public abstract class TerminationTests(Backend backend)
{
    private const long Stock = 1_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Under_load_what_was_accepted_is_finished_and_answered()
    {
        await using var database = await TestDb.CreateAsync(backend);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock, Stock));
        for (var round = 0; round < 3; round++)
        {
            await using var server = await ServerProcess.StartAsync(database.Url);
            using var stop = new CancellationTokenSource();
            using var giveUp = new CancellationTokenSource();
            var buyers = Enumerable.Range(0, 32)
                .Select(b => rush.BuyAsync(server.Address, $"buyer{round}-{b}", b, stop.Token, giveUp.Token)).ToList();
            var enough = rush.Answered + 200;
            await Until.TrueAsync("orders are placed", () => rush.Answered > enough && rush.UnderWay > 8);
            await using var lateness = Lateness.Watch();
            await giveUp.CancelAsync();
            Assert.Equal(0, await server.TerminateAsync());
            lateness.Within(Limit, server.Output);
            await stop.CancelAsync();
            await Task.WhenAll(buyers);
        }

        // No order is in the tables that nobody was told of.
        await Audit.TablesAsync(database.Db, rush, Stock, Stock);
    }

    [Fact]
    public async Task Behind_a_lock_that_is_not_given_back_it_ends_all_the_same()
    {
        await using var database = await TestDb.CreateAsync(backend);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        await using var server = await ServerProcess.StartAsync(database.Url);
        await using (var holder = await database.Open().BeginAsync())
        {
            await holder.MayIdleAsync();
            await holder.ExecuteAsync("UPDATE stock SET on_hand = on_hand WHERE variant_id = $1", rush.Shop.Variant);
            using var stop = new CancellationTokenSource();
            var buyers = Enumerable.Range(0, 8)
                .Select(b => rush.PlaceAsync(server.Address, $"buyer{b}", "a@example.com", stop.Token, (0, 1))).ToList();
            await Until.TrueAsync("they wait", () => rush.UnderWay == 8);
            Assert.Equal(200, (await rush.GetAsync(server.Address, "/products")).Status);
            await using var lateness = Lateness.Watch();
            await stop.CancelAsync();
            Assert.Equal(0, await server.TerminateAsync());
            lateness.Within(Limit, server.Output);
            Assert.All(await Task.WhenAll(buyers), b => Assert.Equal(0, b.Status));
            Assert.NotEqual(0, rush.Unavailable);
        }

        await Audit.TablesAsync(database.Db, rush, Stock);
    }
}

public sealed class Termination_on_sqlite() : TerminationTests(Backend.Sqlite);

public sealed class Termination_on_postgresql() : TerminationTests(Backend.Postgres);
