using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Identity.Accounts;
using Holdfast.Orders.Accounts;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>Accounts with long histories are closed slice by slice.</summary>
public abstract partial class ClosingTests
{
    [Fact]
    public async Task An_account_with_thousands_of_events_is_closed_while_others_write()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000, 1000);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        var me = await RegisterAsync();
        var orders = new List<JsonElement>();
        for (var i = 0; i < 12; i++)
        {
            orders.Add(await PlaceAsync(shop, me));
            await CancelAsync(me, orders[^1]);
        }

        // One that was edited for years, and several that fill a slice each.
        await AddEventsAsync(Id(orders[3]), 3000);
        foreach (var order in orders.Skip(4))
        {
            await AddEventsAsync(Id(order), 400);
        }

        await QuoteInDeadLetterAsync(Id(orders[3]));
        await SettleAsync();
        var closing = Task.Run(() => CloseAsync(me));
        // Somebody else who writes waits for one slice at most, and not for the account.
        var (writes, longest, all, seen) = (0, TimeSpan.Zero, Stopwatch.StartNew(), new HashSet<(Guid?, int)>());
        while (!closing.IsCompleted)
        {
            seen.UnionWith(await Server.Db.ReadAsync(s =>
                s.QueryAsync("SELECT part, done FROM closing_accounts", r => (r.UuidOrNull(0), r.Int(1)))));
            var clock = Stopwatch.StartNew();
            await Server.Db.WriteAsync(tx =>
                tx.ExecuteAsync("UPDATE stores SET metadata = $1 WHERE id = $2", $"{{\"n\":\"{writes++}\"}}", shop.StoreId));
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
        }

        await closing;
        await Until.TrueAsync("nothing is left to remove", async () => await CountAsync("SELECT COUNT(*) FROM closing_accounts") == 0);
        await SettleAsync();
        foreach (var needle in new[] { _email, Name, Phone, Street })
        {
            Assert.Empty(await PlacesOfAsync(needle));
        }

        // What is done so far is there for others before the rest is.
        Assert.True(seen.Count >= 3, $"seen: {string.Join(", ", seen)}");
        Assert.True(writes > 5 && longest < all.Elapsed * 3 / 4, $"{writes} writes, the longest took {longest}, closing {all.Elapsed}");
        await ShouldVerifyAsync();
    }

    [Fact]
    public async Task What_was_begun_goes_on_after_a_crash_with_any_worker()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000, 1000);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        var me = await RegisterAsync();
        var order = await PlaceAsync(shop, me);
        await CancelAsync(me, order);
        await AddEventsAsync(Id(order), 1200);
        await SettleAsync();
        var id = order.GetProperty("customerId").GetGuid();
        var account = new ClosingAccount(id, $"customer:{id}");
        // What the first slice has done is committed; the process that did it is gone.
        Assert.Equal(AccountRemainder.More, await SliceAsync(account));
        Assert.Equal((Id(order), 500), (account.Part, account.Done));
        Assert.Equal(AccountRemainder.More, await SliceAsync(account));
        Assert.Equal((Id(order), 1000), (account.Part, account.Done));
        Assert.NotEmpty(await PlacesOfAsync(Name));

        await Server.Db.WriteAsync(async tx => await tx.ExecuteAsync(
            "INSERT INTO closing_accounts (user_id, actor, part, done, next_at, begun_at) VALUES ($1, $2, $3, $4, $5, $5)", account.Id,
                account.Actor, account.Part, account.Done, await tx.NowAsync()));
        Server.Get<AccountClosings>().Wake();
        await Until.TrueAsync("a worker has finished it", async () => await CountAsync("SELECT COUNT(*) FROM closing_accounts") == 0);
        await SettleAsync();
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_id = $1 AND customer_email = $2", id, _email));
        Assert.Empty((await PlacesOfAsync(Name)).Except(["users.name", "users.name_folded"]));
        await ShouldVerifyAsync();

        Task<AccountRemainder> SliceAsync(ClosingAccount closing) =>
            Server.Db.WriteAsync(async tx => await Server.Get<IEnumerable<AccountHook>>().OfType<AccountClosingForOrders>().Single()
            .EraseAsync(tx, closing, await tx.NowAsync()));
    }

    [Fact]
    public async Task What_a_late_payment_brings_back_to_life_is_delivered_before_it_is_erased()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100, 100);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        var me = await RegisterAsync();
        var order = await PlaceAsync(shop, me);
        var id = order.GetProperty("customerId").GetGuid();
        await PayAsync(order, "paid");
        // As if the payment had come between the closing and its first slice.
        await Server.Db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            AccountClosings.Begin(batch, new Account(id, Role.Customer, _email, Name, []), await tx.NowAsync());
            await batch.RunAsync();
        });
        await Server.Get<AccountClosings>().ContinueAsync(id);
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_id = $1 AND customer_email = $2", id, _email));
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM closing_accounts WHERE user_id = $1", id));

        await PostAsync(Server.Admin, $"/orders/{Id(order)}/ship", new JsonObject());
        await PostAsync(Server.Admin, $"/orders/{Id(order)}/deliver", new JsonObject());
        Server.Db.ClockSkew += TimeSpan.FromMinutes(2);
        Server.Get<AccountClosings>().Wake();
        await Until.TrueAsync("it is erased", async () =>
            await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_id = $1 AND customer_email = $2", id, _email) == 0);
    }

    [Fact]
    public async Task The_statuses_of_ended_orders_are_the_orders_own()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        var placed = (await shop.OrderAsync(Server.Guest)).Body;
        var order = (await Server.Db.ReadAsync(s => OrderRows.ReadAsync(s, [Id(placed)]))).Single();
        Assert.Equal(Enum.GetValues<OrderStatus>().Where(s => (order with { Status = s }).HasEnded), AccountClosingForOrders.Ended.Order());
    }

    /// <summary>Events that tell of no change, as edits leave them.</summary>
    private Task AddEventsAsync(Guid id, int count) => Server.Db.WriteAsync(async tx =>
    {
        var order = (await OrderRows.ReadAsync(tx, [id])).Single();
        var now = await tx.NowAsync();
        var (log, batch) = (new Holdfast.Platform.Messaging.Events.EventLog(), tx.Batch());
        for (var i = 1; i <= count; i++)
        {
            log.Add(new Event(id, order.EventSequence + i, "order.updated", order.StoreId, now, "system", OrderEvents.Previous(order),
                OrderJson.Write(order)));
        }

        log.Save(batch);
        batch.Execute("UPDATE orders SET event_sequence = event_sequence + $2 WHERE id = $1", id, count);
        await batch.RunAsync();
    });
}
