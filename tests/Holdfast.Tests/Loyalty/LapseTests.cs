using System.Text.Json;
using Holdfast.Loyalty;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Loyalty;

/// <summary>What lapses, as it is served and as the sweep books it. Each test has a server of its own: it moves the clock.</summary>
public abstract class LapseTests(Backend backend) : PointsShop
{
    protected override Task<TestServer> ServeAsync() => TestServer.StartAsync(backend);

    public override async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Balances_come_by_store_with_what_lapses_next()
    {
        var customer = await CustomerAsync();
        var second = await Holdfast.Tests.Inventory.Shop.OpenAsync(Server);
        var me = Server.Customer(customer);
        await SetAsync(30);
        await EarnAsync(customer, 100);
        await EarnAsync(customer, 9, second.Id);
        await MoveAsync((book, _) => book.TryRedeem(customer, Shop.Id, 40, Guid.CreateVersion7(), "redeemed"), (customer, Shop.Id));

        async Task<Dictionary<Guid, JsonElement>> ReadAsync() =>
            (await me.GetAsync("/api/v1/loyalty").ShouldBeAsync(200)).GetProperty("items").EnumerateArray()
            .ToDictionary(i => i.GetProperty("storeId").GetGuid());

        var mine = await ReadAsync();
        Assert.Equal((60, 60),
            (mine[Shop.Id].GetProperty("balance").GetInt64(), mine[Shop.Id].GetProperty("nextExpiry").GetProperty("points").GetInt64()));
        Assert.Equal(9, mine[second.Id].GetProperty("balance").GetInt64());
        Assert.Equal(JsonValueKind.Null, mine[second.Id].GetProperty("nextExpiry").ValueKind);
        var page = await me.GetAsync("/api/v1/loyalty?limit=1").ShouldBeAsync(200);
        var rest = await me.GetAsync($"/api/v1/loyalty?limit=1&cursor={page.GetProperty("nextCursor").GetString()}").ShouldBeAsync(200);
        Assert.Equal(mine.Keys.Order(),
            [page.GetProperty("items")[0].GetProperty("storeId").GetGuid(), rest.GetProperty("items")[0].GetProperty("storeId").GetGuid()]);
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);

        Server.Db.ClockSkew += TimeSpan.FromDays(30);
        mine = await ReadAsync();
        Assert.Equal((0, JsonValueKind.Null),
            (mine[Shop.Id].GetProperty("balance").GetInt64(), mine[Shop.Id].GetProperty("nextExpiry").ValueKind));
        Assert.Equal(0, (await Shop.Staff.GetAsync($"{Points(customer)}?storeId={Shop.Id}").ShouldBeAsync(200)).GetProperty("balance")
            .GetInt64());
        await VerifyAsync();
    }

    [Fact]
    public async Task The_sweep_books_what_is_over_once_however_many_run_it()
    {
        await SetAsync(30);
        var customers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CustomerAsync()));
        foreach (var customer in customers)
        {
            await EarnAsync(customer, 10);
        }

        var sweep = Server.Get<LapsePoints>();
        Assert.Equal(0, await sweep.SweepOnceAsync());
        Server.Db.ClockSkew += TimeSpan.FromDays(30);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => sweep.SweepOnceAsync()));
        await Until.TrueAsync("all have lapsed", async () => await sweep.SweepOnceAsync() == 0
            && await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM points_accounts WHERE balance = 0 AND next_expiry IS NULL", r => r.Long(0))) == 6);
        Assert.Equal((6, -60),
            await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*), SUM(delta) FROM points_movements WHERE reason = 'lapsed'", r => (r.Long(0), r.Long(1)))));
        await VerifyAsync();
    }

    [Fact]
    public async Task An_account_that_cannot_be_settled_does_not_keep_the_others_from_it()
    {
        await SetAsync(30);
        var customers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CustomerAsync()));
        foreach (var customer in customers)
        {
            await EarnAsync(customer, 10);
        }

        // No balance lies below this one.
        await Server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE points_accounts SET balance = $1 WHERE customer_id = $2", long.MinValue, customers[1]));
        Server.Db.ClockSkew += TimeSpan.FromDays(30);
        await Until.TrueAsync("those of the two others have lapsed", async () =>
        {
            // The server sweeps, too, and may not be done yet.
            await Server.Get<LapsePoints>().SweepOnceAsync();
            return await Server.Db.ReadAsync(s =>
                s.FirstAsync("SELECT COUNT(*) FROM points_movements WHERE reason = 'lapsed'", r => r.Long(0))) == 2;
        });
        await Until.TrueAsync("the customer is named in the log",
            () => Server.Log.Lines.Any(l => l.Contains($"of the points of customer {customers[1]}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_sweep_and_those_who_decide_do_not_book_twice()
    {
        await SetAsync(30);
        var customers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CustomerAsync()));
        foreach (var customer in customers)
        {
            await EarnAsync(customer, 10);
            await AdjustAsync(customer, 5).ShouldBeAsync(201);
        }

        Server.Db.ClockSkew += TimeSpan.FromDays(30);
        var sweeps = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Server.Get<LapsePoints>().SweepOnceAsync()));
        await Task.WhenAll(customers.Select(c => AdjustAsync(c, -6).ShouldBeAsync(422, "insufficient_points"))
            .Concat(customers.Select(c => (Task<JsonElement>)AdjustAsync(c, -5).ShouldBeAsync(201))));
        await sweeps;
        await Until.TrueAsync("all have lapsed", async () => await Server.Get<LapsePoints>().SweepOnceAsync() == 0
            && await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM points_movements WHERE reason = 'lapsed' AND delta = -10", r => r.Long(0))) == 8);
        await VerifyAsync();
    }
}

public sealed class Lapse_on_sqlite() : LapseTests(Backend.Sqlite);

public sealed class Lapse_on_postgresql() : LapseTests(Backend.Postgres);
