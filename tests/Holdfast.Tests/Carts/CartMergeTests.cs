using System.Text.Json;
using Holdfast.Carts;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Carts;

/// <summary>
/// A visitor signs in: the first request with both the token of the account and that of the cart makes one cart of two, once.
/// </summary>
public abstract class CartMergeTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task Quantities_are_added_up_to_what_can_be_had()
    {
        // Plenty; two left; sold out; the customer's own is above what is left; at most three each, one bought.
        var shop = await Shop.CreateAsync(Server.Db, 50, 5, 5, 5);
        var limited = await shop.AddVariantAsync(700, 50, 3);
        var buyer = Guid.CreateVersion7();
        var (mine, visitor) = (new Basket(Server.Customer(buyer), shop), new Basket(Server.Guest, shop));
        await mine.PutAsync(shop.Variants[0], 2).ShouldBeAsync(200);
        await mine.PutAsync(shop.Variants[3], 4).ShouldBeAsync(200);
        foreach (var (variant, quantity) in shop.Variants.Zip([3, 3, 3, 3, 3]))
        {
            await visitor.PutAsync(variant, quantity).ShouldBeAsync(200);
        }

        await Server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE stock SET on_hand = 2 WHERE variant_id {in $1}", new[] { shop.Variants[1], shop.Variants[3] });
            await tx.ExecuteAsync("UPDATE stock SET on_hand = 0 WHERE variant_id = $1", shop.Variants[2]);
            await tx.ExecuteAsync("INSERT INTO purchase_counts (variant_id, buyer, quantity) VALUES ($1, $2, 1)", limited,
                $"account:{buyer}");
        });
        mine.Token = visitor.Token;
        var merged = (await mine.GetAsync()).Body;
        Assert.Equal(new[] { (shop.Variants[0], 5L), (shop.Variants[1], 2), (shop.Variants[3], 4), (limited, 2) }.Order(),
            merged.Lines().Order());
        Assert.Equal(new[] { (shop.Variants[1], 1L), (shop.Variants[2], 3), (shop.Variants[3], 3), (limited, 1) }.Order(),
            merged.GetProperty("notMerged").EnumerateArray()
            .Select(l => (l.GetProperty("variantId").GetGuid(), l.GetProperty("quantity").GetInt64())).Order());
        Assert.Equal(3, merged.Version());

        // The visitor's is gone; the token, still sent by another tab, adds nothing.
        var again = (await mine.GetAsync()).Body;
        Assert.Equal(merged.Lines(), again.Lines());
        Assert.Equal(JsonValueKind.Null, again.GetProperty("notMerged").ValueKind);
        Assert.Empty((await visitor.GetAsync()).Body.Lines());
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM carts WHERE store_id = $1", shop.StoreId));
        Assert.Empty(await BrokenAsync());
    }

    [Fact]
    public async Task What_was_merged_is_seen_at_once()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9, 9);
        var (mine, visitor) = (new Basket(Server.Customer(), shop), new Basket(Server.Guest, shop));
        await visitor.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
        await mine.PutAsync(shop.Variants[0], 1).ShouldBeAsync(200);
        Assert.Single((await mine.GetAsync()).Body.Lines());
        mine.Token = visitor.Token;
        Assert.Equal(2, (await mine.GetAsync()).Body.Lines().Count);
        mine.Token = null;
        Assert.Equal(2, (await mine.GetAsync()).Body.Lines().Count);
    }

    [Fact]
    public async Task Twenty_tabs_at_once_merge_once()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000, 1000);
        for (var round = 0; round < 10; round++)
        {
            var (id, visitor) = (Guid.CreateVersion7(), new Basket(Server.Guest, shop));
            await visitor.PutAsync(shop.Variant, 3).ShouldBeAsync(200);
            if (round % 2 == 0)
            {
                await new Basket(Server.Customer(id), shop).PutAsync(shop.Variant, 2).ShouldBeAsync(200);
            }

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            {
                var tab = new Basket(Server.Customer(id), shop, visitor.Token);
                return i % 2 == 0 ? tab.GetAsync().ShouldBeAsync(200) : tab.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
            }));
            Assert.Single(answers, a => a.GetProperty("notMerged").ValueKind != JsonValueKind.Null);
            var cart = (await new Basket(Server.Customer(id), shop).GetAsync()).Body;
            Assert.Equal(new[] { (shop.Variant, round % 2 == 0 ? 5L : 3), (shop.Variants[1], 1) }.Order(), cart.Lines().Order());
        }

        Assert.Empty(await BrokenAsync());
    }

    [Fact]
    public async Task The_visitor_and_the_customer_at_once_lose_nothing_and_fail_nowhere()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000);
        for (var round = 0; round < 20; round++)
        {
            var (id, visitor) = (Guid.CreateVersion7(), new Basket(Server.Guest, shop));
            await visitor.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
            var token = visitor.Token;
            await Task.WhenAll(Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? visitor.PutAsync(shop.Variant, 1).ShouldBeAsync(200)
                : new Basket(Server.Customer(id), shop, token).GetAsync().ShouldBeAsync(200)));

            // What the visitor put in after the merge is a cart again; the next request takes it over, too.
            var pieces = Assert.Single((await new Basket(Server.Customer(id), shop, token).GetAsync()).Body.Lines()).Quantity;
            Assert.InRange(pieces, 1, 4);
            Assert.Empty((await new Basket(Server.Guest, shop, token).GetAsync()).Body.Lines());
        }

        Assert.Empty(await BrokenAsync());
    }

    [Fact]
    public async Task A_request_that_changes_the_cart_merges_too_and_a_refused_one_does_not()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9, 9);
        var visitor = new Basket(Server.Guest, shop);
        await visitor.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        var mine = new Basket(Server.Customer(), shop, visitor.Token);
        await mine.PutAsync(Guid.CreateVersion7(), 1).ShouldBeAsync(422, "unknown_variant");
        Assert.Single((await visitor.GetAsync()).Body.Lines());
        Assert.Equal(new[] { (shop.Variant, 1L), (shop.Variants[1], 2) }.Order(),
            (await mine.PutAsync(shop.Variants[1], 2).ShouldBeAsync(200)).Lines().Order());
        Assert.Empty((await visitor.GetAsync()).Body.Lines());
    }

    [Fact]
    public async Task Carts_of_other_stores_are_merged_when_those_are_asked_for()
    {
        var (shop, other) = (await Shop.CreateAsync(Server.Db, 9), await Shop.CreateAsync(Server.Db, 9));
        var visitor = new Basket(Server.Guest, shop);
        await visitor.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        await new Basket(Server.Guest, other, visitor.Token).PutAsync(other.Variant, 2).ShouldBeAsync(200);
        var customer = Server.Customer();
        Assert.Equal([(shop.Variant, 1)], (await new Basket(customer, shop, visitor.Token).GetAsync()).Body.Lines());
        Assert.Equal([(other.Variant, 2)], (await new Basket(Server.Guest, other, visitor.Token).GetAsync()).Body.Lines());
        Assert.Equal([(other.Variant, 2)], (await new Basket(customer, other, visitor.Token).GetAsync()).Body.Lines());
    }

    private Task<IReadOnlyList<Finding>> BrokenAsync() => Verification.RunAsync(Server.Db, CartsModule.Invariants);
}

public sealed class CartMerge_on_sqlite(SqliteHost host) : CartMergeTests(host), IClassFixture<SqliteHost>;

public sealed class CartMerge_on_postgresql(PostgresHost host) : CartMergeTests(host), IClassFixture<PostgresHost>;
