using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Tests.Batches;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>
/// Two servers are told at once what only one of them can store. The one that comes second judges its command again and answers by the
/// rules; the caller is not blamed for a value that the database refused.
/// </summary>
public abstract class CollidingOrdersTests(TwoServers servers)
{
    private const int Pairs = 60;
    private const int AtOnce = 10;

    [Fact]
    public async Task One_external_id_at_two_servers_is_one_order()
    {
        var shop = await Shop.CreateAsync(servers.First.Db, 1000, 1000);
        Task<Result<PlaceResult>> PlaceAsync(TestServer server, int pair, int side)
        {
            // Items and buyers of their own: nothing but the external id brings them together.
            var request = shop.Placing(email: $"x{pair}-{side}@example.com", variant: shop.Variants[side]);
            return Task.Run(() => server.Get<PlacementQueue>()
                .PlaceAsync(request with { Command = request.Command with { ExternalId = $"X-{pair}" } }));
        }

        var outcomes = await PairsAsync((server, pair, side) => PlaceAsync(server, pair, side));
        Assert.All(outcomes, pair => AssertOneWins(pair, "external_id_taken"));
        Assert.Equal(Pairs, await shop.CountAsync("SELECT COUNT(DISTINCT external_id) FROM orders WHERE store_id = $1", shop.StoreId));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task One_payment_of_an_order_told_to_two_servers_counts_once()
    {
        var shop = await Shop.CreateAsync(servers.First.Db, 1000);
        var orders = await PlacedAsync(shop, Pairs);
        var outcomes = await PairsAsync((server, pair, _) => PayAsync(server, shop, orders[pair], $"same-{pair}"));
        Assert.All(outcomes, pair => Assert.All(pair, o => Assert.True(o.IsOk, o.Error?.Code)));
        Assert.Equal(Pairs, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1", shop.StoreId));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task One_payment_told_to_two_servers_for_two_orders_counts_for_one()
    {
        var shop = await Shop.CreateAsync(servers.First.Db, 1000);
        var orders = await PlacedAsync(shop, 2 * Pairs);
        var outcomes = await PairsAsync((server, pair, side) => PayAsync(server, shop, orders[(2 * pair) + side], $"other-{pair}"));
        Assert.All(outcomes, pair => AssertOneWins(pair, "transaction_conflict"));
        Assert.Equal(Pairs, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1", shop.StoreId));
        await AssertSoundAsync();
    }

    /// <summary>Sends each pair to both servers, some pairs at once.</summary>
    private async Task<List<Result<T>[]>> PairsAsync<T>(Func<TestServer, int, int, Task<Result<T>>> send)
    {
        var outcomes = new List<Result<T>[]>();
        for (var first = 0; first < Pairs; first += AtOnce)
        {
            outcomes.AddRange(await Task.WhenAll(Enumerable.Range(first, AtOnce)
                .Select(pair => Task.WhenAll(send(servers.First, pair, 0), send(servers.Second, pair, 1)))));
        }

        return outcomes;
    }

    private static void AssertOneWins<T>(Result<T>[] pair, string code)
    {
        Assert.Single(pair, o => o.IsOk);
        var error = Assert.Single(pair, o => !o.IsOk).Error!;
        Assert.Equal((409, code), (error.Status, error.Code));
    }

    private static Task<Result<Holdfast.Orders.Lifecycle.ChangeResult>> PayAsync(TestServer server, Shop shop, Guid order,
        string transaction)
    {
        var pay = new PayCommand(order, shop.StoreId, "service", Guid.CreateVersion7(), "bank", transaction, 1000, "VND", null, null, null);
        return Task.Run(() => server.Get<ChangeQueue>().ChangeAsync(new ChangeRequest(pay, null)));
    }

    private async Task<List<Guid>> PlacedAsync(Shop shop, int count)
    {
        var placed = await Task.WhenAll(Enumerable.Range(0, count)
            .Select(i => servers.First.Get<PlacementQueue>().PlaceAsync(shop.Placing(email: $"b{i}@example.com"))));
        return [.. placed.Select(p => p.Value.OrderId)];
    }

    private async Task AssertSoundAsync()
    {
        await Together.VerifyAsync(servers.First);
        Assert.DoesNotContain(servers.First.Log.Lines.Concat(servers.Second.Log.Lines),
            l => l.StartsWith("Error", StringComparison.Ordinal));
    }
}

public sealed class CollidingOrders_on_sqlite(TwoSqliteServers servers) : CollidingOrdersTests(servers), IClassFixture<TwoSqliteServers>;

public sealed class CollidingOrders_on_postgresql(TwoPostgresServers servers)
    : CollidingOrdersTests(servers), IClassFixture<TwoPostgresServers>;
