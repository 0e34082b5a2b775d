using Holdfast.Carts;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Batches;

/// <summary>
/// Commands of one batch that want the same key, external id or cart: each is judged by what came of those before it, and by nothing else.
/// </summary>
public abstract class OneBatchTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task One_key_is_one_change_whatever_the_batch()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await PlacedAsync(shop, 9);
        var key = Guid.CreateVersion7();
        var (first, again) = (Pay(shop, order, "t-1", 1000, key, 1), Pay(shop, order, "t-1", 1000, key, 1));
        var other = Pay(shop, order, "t-2", 2000, key, 2);
        var outcomes = await Together.ChangeAsync(Server, first, again, other);
        Assert.False(outcomes[0].Value.Replayed);
        Assert.True(outcomes[1].Value.Replayed);
        Assert.Equal(outcomes[0].Value.Body, outcomes[1].Value.Body);
        Assert.Equal("idempotency_key_reused", outcomes[2].Error?.Code);
        Assert.Equal(1000, await shop.CountAsync("SELECT SUM(amount) FROM payment_transactions WHERE order_id = $1", order));

        var later = await Together.ChangeAsync(Server, again, other);
        Assert.True(later[0].Value.Replayed);
        Assert.Equal(outcomes[0].Value.Body, later[0].Value.Body);
        Assert.Equal("idempotency_key_reused", later[1].Error?.Code);
    }

    [Fact]
    public async Task The_key_of_a_refused_change_belongs_to_the_one_that_is_accepted()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await PlacedAsync(shop, 9);
        var (key, unused) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (refused, accepted) = (Pay(shop, order, "t-1", 1000, key, 1, "USD"), Pay(shop, order, "t-1", 1000, key, 2));
        var outcomes = await Together.ChangeAsync(Server, refused, accepted, Pay(shop, order, "t-2", 1000, unused, 1, "USD"));
        Assert.Equal(["currency_mismatch", null, "currency_mismatch"], outcomes.Select(o => o.Error?.Code));
        var later = await Together.ChangeAsync(Server, accepted, refused, Pay(shop, order, "t-2", 1000, unused, 2));
        Assert.True(later[0].Value.Replayed);
        Assert.Equal("idempotency_key_reused", later[1].Error?.Code);
        Assert.False(later[2].Value.Replayed);
    }

    [Fact]
    public async Task A_refused_payment_is_not_remembered_and_an_accepted_one_counts_once_in_its_batch()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (order, other) = (await PlacedAsync(shop, 1), await PlacedAsync(shop, 1));
        var outcomes = await Together.ChangeAsync(Server, Pay(shop, order, "t-1", PlacementRules.MaxTotal + 1),
            Pay(shop, order, "t-1", 1000),
            Pay(shop, order, "t-1", 1000), Pay(shop, other, "t-1", 1000));
        Assert.Equal(["payment_too_large", null, null, "transaction_conflict"], outcomes.Select(o => o.Error?.Code));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1", shop.StoreId));
        await Together.VerifyAsync(Server);
    }

    [Fact]
    public async Task A_payment_of_a_hidden_order_that_changes_nothing_is_answered_with_the_order_as_it_is()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await PlacedAsync(shop, 1);
        var key = Guid.CreateVersion7();
        var outcomes = await Together.ChangeAsync(Server, Pay(shop, order, "t-1", 1000),
            new ChangeRequest(new CancelCommand(order, shop.StoreId, "owner", null), null),
            new ChangeRequest(new HideCommand(order, shop.StoreId, "owner", ByOwner: true), null));
        Assert.All(outcomes, o => Assert.True(o.IsOk));
        var told = (await Together.ChangeAsync(Server, Pay(shop, order, "t-1", 1000, key)))[0].Value;
        Assert.Equal(told.Body, (await Together.ChangeAsync(Server, Pay(shop, order, "t-1", 1000, key)))[0].Value.Body);

        // Money that is new is kept, and is due back.
        Assert.True((await Together.ChangeAsync(Server, Pay(shop, order, "t-2", 500)))[0].IsOk);
        Assert.Equal(1500, await shop.CountAsync("SELECT refund_due FROM orders WHERE id = $1 AND hidden = $2", order, true));
        await Together.VerifyAsync(Server);
    }

    [Fact]
    public async Task One_key_is_one_order_whatever_the_batch()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var key = Guid.CreateVersion7();
        var (first, again, other) = (With(shop.Placing(), key, 1), With(shop.Placing(), key, 1), With(shop.Placing(2), key, 2));
        var outcomes = await Together.PlaceAsync(Server, first, again, other);
        Assert.Equal((first.Command.OrderId, true), (outcomes[1].Value.OrderId, outcomes[1].Value.Replayed));
        Assert.Equal(outcomes[0].Value.Body, outcomes[1].Value.Body);
        Assert.Equal("idempotency_key_reused", outcomes[2].Error?.Code);
        Assert.Equal((9, 1), await shop.StockAsync());
    }

    [Fact]
    public async Task What_a_refused_order_wanted_is_free_for_its_neighbours()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1);
        var (key, unused, email) = (Guid.CreateVersion7(), Guid.CreateVersion7(), $"{Guid.CreateVersion7():N}@example.com");
        var limited = await shop.AddVariantAsync(1000, 9, 1);
        var (cart, version, owner) = await CartAsync(shop);
        CartCheckoutParticipant Rides() => new(cart, version, owner);
        PlaceRequest Named(PlaceRequest request, params CommitParticipant[] participants) =>
            request with { Command = request.Command with { ExternalId = "X-1", Participants = participants } };

        // The second is refused under lock, by the limit that the first one reaches; the third by its cart, after it has taken the external
        // id and the last piece.
        var first = shop.Placing(email: "first@example.com", variant: limited);
        var second = With(shop.Placing(email: "first@example.com", variant: limited), key, 1);
        var third = With(Named(shop.Placing(email: email), Rides(), Rides()), unused, 1);
        var fourth = With(Named(shop.Placing(email: "fourth@example.com"), Rides()), key, 2);
        var fifth = Named(shop.Placing(email: "fourth@example.com", variant: limited));
        var sixth = shop.Placing(email: "sixth@example.com", variant: limited, participants: [Rides()]);
        var seventh = shop.Placing(email: "seventh@example.com", variant: limited, participants: [Rides()]);
        var outcomes = await Together.PlaceAsync(Server, first, second, third, fourth, fifth, sixth, seventh);
        Assert.Equal([null, "purchase_limit", "cart_changed", null, "external_id_taken", "cart_changed", "cart_changed"],
            outcomes.Select(o => o.Error?.Code));
        Assert.Equal((1, 1), await shop.StockAsync());
        Assert.Equal((9, 1), await shop.StockAsync(limited));
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM users WHERE email_key = $1", email));
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM cart_lines WHERE cart_id = $1", cart));
        Assert.Equal(version + 1, await shop.CountAsync("SELECT version FROM carts WHERE id = $1", cart));
        await Together.VerifyAsync(Server);

        // The key went to the fourth; that of the third is unused.
        var later = await Together.PlaceAsync(Server, fourth, second, With(shop.Placing(email: email, variant: limited), unused, 2));
        Assert.Equal((fourth.Command.OrderId, true), (later[0].Value.OrderId, later[0].Value.Replayed));
        Assert.Equal("idempotency_key_reused", later[1].Error?.Code);
        Assert.False(later[2].Value.Replayed);
    }

    private static PlaceRequest With(PlaceRequest request, Guid key, byte print) => request with { Key = new IdempotencyKey(key, [print]) };

    private static ChangeRequest Pay(Shop shop, Guid order, string transaction, long amount, Guid? key = null, byte print = 1,
        string currency = "VND") => new(
        new PayCommand(order, shop.StoreId, "service", Guid.CreateVersion7(), "bank", transaction, amount, currency, null, null, null),
        key is { } k ? new IdempotencyKey(k, [print]) : null);

    private async Task<Guid> PlacedAsync(Shop shop, long quantity) =>
        (await Together.PlaceAsync(Server, shop.Placing(quantity)))[0].Value.OrderId;

    /// <summary>A visitor's cart with one line.</summary>
    private async Task<(Guid Id, long Version, string Owner)> CartAsync(Shop shop)
    {
        await new Basket(Server.Guest, shop).PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        return await Server.Db.ReadAsync(s => s.FirstAsync(
            "SELECT id, version, owner FROM carts WHERE store_id = $1", r => (r.Uuid(0), r.Long(1), r.Text(2)), shop.StoreId));
    }
}

public sealed class OneBatch_on_sqlite(SqliteHost host) : OneBatchTests(host), IClassFixture<SqliteHost>;

public sealed class OneBatch_on_postgresql(PostgresHost host) : OneBatchTests(host), IClassFixture<PostgresHost>;
