using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>Orders and carts that come while an account is closed, or after.</summary>
public abstract partial class ClosingTests
{
    [Fact]
    public async Task Of_closing_and_placing_at_once_one_happens()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000, 1000);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        for (var round = 0; round < 12; round++)
        {
            var id = Guid.CreateVersion7();
            var me = Server.Customer(id, _email);
            await me.GetAsync("/api/v1/auth/me");
            var placing = Enumerable.Range(0, 3).Select(_ => shop.OrderAsync(me, Body(shop))).ToList();
            var closed = await TryCloseAsync(me);
            var placed = (await Task.WhenAll(placing)).Select(p => p.Status).ToList();
            Assert.All(placed, s => Assert.True(s is 201 or 401, $"{s}"));
            Assert.Equal(placed.Contains(201) ? 409 : 204, closed);
            Assert.Equal(placed.Count(s => s == 201),
                await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_id = $1 AND customer_email = $2", id, _email));
        }

        await ShouldVerifyAsync();
    }

    [Fact]
    public async Task A_token_that_outlives_its_account_neither_orders_nor_fills_a_cart()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        var (me, other) = (await RegisterAsync(), Server.Customer());
        await CloseAsync(me);
        var others = Body(shop);
        others.Remove("customer");
        var answers = await Task.WhenAll(shop.OrderAsync(me, Body(shop)), shop.OrderAsync(other, others), shop.OrderAsync(Server.Guest));
        Assert.Equal([401, 201, 201], answers.Select(a => a.Status));
        using var put = await me.PutAsJsonAsync($"/api/v1/carts/{shop.StoreId}/lines/{shop.Variant}", new { quantity = 1 });
        Assert.Equal(401, (int)put.StatusCode);

        // Nor with what a visitor has filled.
        using var filled = await Server.Guest.PutAsJsonAsync($"/api/v1/carts/{shop.StoreId}/lines/{shop.Variant}", new { quantity = 1 });
        me.DefaultRequestHeaders.Add("X-Cart-Token", filled.Headers.GetValues("X-Cart-Token").Single());
        Assert.Equal(401, (int)(await me.GetAsync($"/api/v1/carts/{shop.StoreId}")).StatusCode);
        var fromCart = Body(shop);
        fromCart.Remove("lines");
        Assert.Equal(401, (await Shop.PostAsync(me, "/orders/from-cart", fromCart, "k")).Status);
        Assert.Equal((1, 2), (await CountAsync("SELECT COUNT(*) FROM carts"), await CountAsync("SELECT COUNT(*) FROM orders")));
        Assert.Empty(await PlacesOfAsync(_email));
    }

    [Fact]
    public async Task While_an_order_is_placed_its_account_cannot_be_closed_and_can_place_more()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var id = Guid.CreateVersion7();
        await TestServer.AddCustomerAsync(Server.Db, id);
        var seen = new List<(int Free, int Shared)>();
        var probe = new ProbeParticipant(async () =>
        {
            // SQLite has one writer: nobody else could begin to close it.
            if (backend == Backend.Postgres)
            {
                await using var tx = await Server.Db.BeginAsync();
                seen.Add(((await tx.QueryAsync("SELECT id FROM users WHERE id = $1 {skip locked}", r => r.Uuid(0), id)).Count,
                    (await tx.QueryAsync("SELECT id FROM users WHERE id = $1 {share}", r => r.Uuid(0), id)).Count));
            }
        });
        var placing = shop.Placing(participants: [probe]);
        placing = placing with { Command = placing.Command with { CustomerId = id } };
        Assert.Null((await Server.Get<PlacementQueue>().PlaceAsync(placing)).Error);
        Assert.All(seen, s => Assert.Equal((0, 1), s));
        Assert.Equal(backend == Backend.Postgres ? 1 : 0, seen.Count);
    }

    [Fact]
    public async Task An_order_that_was_on_its_way_when_the_mailbox_was_proved_belongs_to_somebody()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        await PlaceAsync(shop, Server.Guest);
        var me = await RegisterAsync();
        // Between finding the guest and writing the order; on SQLite, whose transactions are alone, before both.
        var probe = new ProbeParticipant(() => backend == Backend.Postgres ? VerifyEmailAsync(me) : Task.CompletedTask);
        if (backend == Backend.Sqlite)
        {
            await VerifyEmailAsync(me);
        }

        Assert.Null((await Server.Get<PlacementQueue>().PlaceAsync(shop.Placing(email: _email, participants: [probe]))).Error);
        Assert.Equal(1, (await me.GetFromJsonAsync<JsonElement>("/api/v1/orders")).GetProperty("items").GetArrayLength());
        await ShouldVerifyAsync();
    }

    [Fact]
    public async Task A_dead_letter_that_is_being_made_while_an_account_is_closed_quotes_nothing_of_it()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        var me = await RegisterAsync();
        var order = await PlaceAsync(shop, me);
        await DeliverAsync(order);
        Task closing;
        await using (var tx = await Server.Db.BeginAsync())
        {
            await tx.MayIdleAsync();
            Assert.NotNull(await DeadLetterStore.BuryAsync(tx, "heard", new EventKey(order.GetProperty("id").GetGuid(), 1), "no reason", 1,
                await tx.NowAsync()));
            closing = CloseAsync(me);
            if (backend == Backend.Postgres)
            {
                await Until.TrueAsync("closing waits for it, or has ended", async () => closing.IsCompleted || await CountAsync(
                    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0);
            }

            await tx.CommitAsync();
        }

        await closing;
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM dead_letters"));
        Assert.Empty(await PlacesOfAsync(_email));
    }

    /// <summary>Does something once the guests are found and the accounts held.</summary>
    private sealed class ProbeParticipant(Func<Task> probe) : CommitParticipant
    {
        public override int Rank => LockRank.Inbox;

        public override Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all) => probe();

        public override Holdfast.Platform.Error? Decide(Order order, DateTime now) => null;

        public override void Undo()
        {
        }

        public override void Save(StatementBatch batch, Order order)
        {
        }
    }
}
