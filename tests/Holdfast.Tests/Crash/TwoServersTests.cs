using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>Two server processes on one PostgreSQL.</summary>
[Slow]
public sealed class TwoServersTests
{
    private const int Stock = 200;
    private const int Buyers = 400;
    private const int AtOnce = 16;

    [Fact]
    public async Task Four_hundred_buyers_of_two_hundred_pieces_at_two_servers_get_two_hundred()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        var servers = await StartAsync(database, 2);
        await using var first = servers[0];
        await using var second = servers[1];
        var sold = new int[2];
        for (var round = 0; round < Buyers; round += 2 * AtOnce)
        {
            var answers = await Task.WhenAll(Enumerable.Range(round, Math.Min(2 * AtOnce, Buyers - round))
                .Select(b => rush.PlaceAsync(servers[b % 2].Address, $"buyer{b}", $"buyer{b}@example.com", default, (0, 1))));
            for (var i = 0; i < answers.Length; i++)
            {
                sold[i % 2] += answers[i].IsOrder ? 1 : 0;
            }
        }

        Assert.Equal(Stock, sold.Sum());
        Assert.All(sold, s => Assert.True(s > AtOnce, string.Join(" and ", sold)));
        Assert.Equal((Stock, Stock), await rush.Shop.StockAsync());
        await EndAsync(servers);
        await Audit.TablesAsync(database.Db, rush, Stock);
    }

    /// <summary>There is one piece of each item: whoever is told that it is sold out was told of their own order.</summary>
    [Fact]
    public async Task One_key_at_both_servers_at_once_is_one_order_and_both_answers_are_that_order()
    {
        const int items = 150;
        var stock = Enumerable.Repeat(1L, items).ToArray();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, stock));
        var servers = await StartAsync(database, 2);
        await using var first = servers[0];
        await using var second = servers[1];
        await Parallel.ForEachAsync(Enumerable.Range(0, items), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (item, _) =>
        {
            var answers = await Task.WhenAll(servers.Concat(servers)
                .Select(s => rush.PlaceAsync(s.Address, $"item{item}", "a@example.com", default, (item, 1))));
            Assert.All(answers, a =>
                Assert.True(a.IsOrder, $"item {item}: {string.Join('\n', answers.Select(x => $"{x.Status} {x.Text}"))}"));
            Assert.Single(answers.Select(a => a.Text).Distinct());
            Assert.Single(answers, a => !a.Replayed);
        });
        await Audit.ServedAsync(rush, servers[0].Address);
        await EndAsync(servers);
        await Audit.TablesAsync(database.Db, rush, stock);
    }

    /// <summary>Forty orders want a code that is good for ten; each member's points are enough for two of six.</summary>
    [Fact]
    public async Task Code_and_points_are_given_out_exactly_by_both_servers_together()
    {
        const int limit = 10;
        const int points = 100;
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        await rush.Shop.AddCodeAsync(Rush.DiscountCode, "fixed", 100, limit);
        await rush.Shop.AddProgramAsync(0, 1);
        var servers = await StartAsync(database, 2);
        await using var first = servers[0];
        await using var second = servers[1];
        var members = await Member.RegisterAsync(first, database.Db, rush.Shop, 8, points);
        var coded = members.SelectMany((m, i) => Enumerable.Range(0, 5)
            .Select(n => rush.PlaceAsync(servers[n % 2].Address, $"code {i} {n}", m, true, 0, default, (0, 1))));
        var pointed = members.SelectMany((m, i) => Enumerable.Range(0, 6)
            .Select(n => rush.PlaceAsync(servers[n % 2].Address, $"points {i} {n}", m, false, 50, default, (0, 1))));
        var answers = await Task.WhenAll(coded.Concat(pointed));
        Assert.Equal((limit, 2 * members.Length),
            (answers.Count(a => a.IsOrder && a.Key.StartsWith("code", StringComparison.Ordinal)),
            answers.Count(a => a.IsOrder && a.Key[0] == 'p')));
        Assert.Equal((40 - limit, 4 * members.Length), (rush.Refused["discount_used_up"], rush.Refused["insufficient_points"]));
        await EndAsync(servers);
        await Audit.TablesAsync(database.Db, rush, Stock);
        await Audit.PromisesAsync(database.Db, rush, members, limit, points);
    }

    private static Task<ServerProcess[]> StartAsync(TestDb database, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => ServerProcess.StartAsync(database.Url)));

    private static async Task EndAsync(ServerProcess[] servers) =>
        Assert.All(await Task.WhenAll(servers.Select(s => s.TerminateAsync())), code => Assert.Equal(0, code));
}
