using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Carts;

/// <summary>Putting things into a cart and what it says of them, over HTTP, on both databases.</summary>
public abstract class CartTests(TestHost host)
{
    private TestServer Server => host.Server;

    private Basket Visitor(Shop shop) => new(Server.Guest, shop);

    [Fact]
    public async Task A_visitor_gets_a_token_once_and_finds_the_cart_by_it()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5, 5);
        var basket = Visitor(shop);
        var (status, empty, response) = await basket.GetAsync();
        Assert.Equal((200, 0, 0, "\"0\""), (status, empty.Version(), empty.Lines().Count, response.Headers.ETag!.Tag));
        var token = empty.GetProperty("cartToken").GetString()!;
        Assert.Equal((43, token), (token.Length, response.Headers.GetValues("X-Cart-Token").Single()));
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM carts WHERE store_id = $1", shop.StoreId));

        var (_, cart, put) = await basket.PutAsync(shop.Variants[1], 2);
        Assert.False(put.Headers.Contains("X-Cart-Token"));
        Assert.Equal(JsonValueKind.Null, cart.GetProperty("cartToken").ValueKind);
        Assert.Equal((1, "\"1\"", 4000, "VND"),
            (cart.Version(), put.Headers.ETag!.Tag, cart.GetProperty("subtotal").GetInt64(), cart.GetProperty("currency").GetString()));
        var line = cart.Line(shop.Variants[1]);
        Assert.Equal(("Áo dài 1", "SKU-1", 2000, 4000, 5, true, 2000, "Áo dài 1"),
            (line.GetProperty("name").GetString(), line.GetProperty("sku").GetString(), line.GetProperty("unitPrice").GetInt64(),
            line.GetProperty("lineTotal").GetInt64(), line.GetProperty("available").GetInt64(), line.GetProperty("forSale").GetBoolean(),
            line.GetProperty("addedPrice").GetInt64(),
            line.GetProperty("addedName").GetString()));
        Assert.Empty(cart.Changes(shop.Variants[1]));
        await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        cart = await basket.PutAsync(shop.Variants[1], 3).ShouldBeAsync(200);
        Assert.Equal([(shop.Variants[1], 3), (shop.Variant, 1)], cart.Lines());
        Assert.Equal(cart.GetRawText(), (await basket.GetAsync()).Body.GetRawText());
        Assert.Equal((5, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Only_the_tokens_hash_is_stored()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var basket = Visitor(shop);
        await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        var owner = await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT owner FROM carts WHERE store_id = $1", r => r.Text(0), shop.StoreId));
        Assert.DoesNotContain(basket.Token!, owner, StringComparison.Ordinal);
        Assert.Matches("^token:[0-9a-f]{64}$", owner);
    }

    [Fact]
    public async Task A_wrong_token_finds_an_empty_cart_and_nobody_elses()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var basket = Visitor(shop);
        await basket.PutAsync(shop.Variant, 2).ShouldBeAsync(200);
        var unknown = new Basket(Server.Guest, shop, new string('A', 43));
        Assert.Empty((await unknown.GetAsync().ShouldBeAsync(200)).Lines());
        foreach (var token in new[] { "", "x", basket.Token![..42], basket.Token + "A", new string('*', 43), new string('a', 3000),
            "'; DROP TABLE carts; --" })
        {
            var wrong = new Basket(Server.Guest, shop, token);
            Assert.Empty((await wrong.GetAsync().ShouldBeAsync(200)).Lines());
            Assert.NotEqual(token, wrong.Token);
            Assert.Empty((await wrong.ClearAsync().ShouldBeAsync(200)).Lines());
            await wrong.CheckOutAsync().ShouldBeAsync(422, "cart_empty");
        }

        Assert.Equal([(shop.Variant, 2)], (await basket.GetAsync()).Body.Lines());
    }

    [Fact]
    public async Task Emptying_a_cart_that_nobody_has_leaves_nothing_behind()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        Server.Db.KeepsInvalidatedKeys = true;
        try
        {
            var invented = new Basket(Server.Guest, shop, new string('A', 43));
            await invented.ClearAsync().ShouldBeAsync(200);
            await invented.RemoveAsync(shop.Variant).ShouldBeAsync(200);
            Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM cache_invalidations"));

            var basket = Visitor(shop);
            await basket.PutAsync(shop.Variant, 2).ShouldBeAsync(200);
            await basket.ClearAsync().ShouldBeAsync(200);
            Assert.True(await shop.CountAsync("SELECT COUNT(*) FROM cache_invalidations WHERE names LIKE '%cart%'") > 0);
        }
        finally
        {
            Server.Db.KeepsInvalidatedKeys = false;
        }
    }

    [Fact]
    public async Task A_customers_cart_is_theirs_alone_and_of_one_store()
    {
        var (shop, other) = (await Shop.CreateAsync(Server.Db, 5), await Shop.CreateAsync(Server.Db, 5));
        var id = Guid.CreateVersion7();
        var mine = new Basket(Server.Customer(id), shop);
        await mine.PutAsync(shop.Variant, 2).ShouldBeAsync(200);
        Assert.Null(mine.Token);
        Assert.Equal([(shop.Variant, 2)], (await new Basket(Server.Customer(id), shop).GetAsync()).Body.Lines());
        foreach (var stranger in new[] { Server.Customer(), Server.Guest, Server.Staff(shop.StoreId), Server.Service(shop.StoreId),
            Server.Admin })
        {
            var theirs = new Basket(stranger, shop);
            Assert.Empty((await theirs.GetAsync()).Body.Lines());
            Assert.Empty((await theirs.RemoveAsync(shop.Variant).ShouldBeAsync(200)).Lines());
            Assert.Empty((await theirs.ClearAsync().ShouldBeAsync(200)).Lines());
        }

        Assert.Empty((await new Basket(Server.Customer(id), other).GetAsync()).Body.Lines());
        Assert.Equal([(shop.Variant, 2)], (await mine.GetAsync()).Body.Lines());
    }

    [Fact]
    public async Task Lines_are_taken_out_one_by_one_or_all_at_once()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5, 5, 5);
        var basket = new Basket(Server.Customer(), shop);
        foreach (var variant in shop.Variants)
        {
            await basket.PutAsync(variant, 1).ShouldBeAsync(200);
        }

        Assert.Equal([(shop.Variants[0], 1), (shop.Variants[2], 1)],
            (await basket.RemoveAsync(shop.Variants[1]).ShouldBeAsync(200)).Lines());
        Assert.Equal(4, (await basket.RemoveAsync(shop.Variants[1]).ShouldBeAsync(200)).Version());
        var cleared = await basket.ClearAsync().ShouldBeAsync(200);
        Assert.Equal((0, 5, 0), (cleared.Lines().Count, cleared.Version(), cleared.GetProperty("subtotal").GetInt64()));
        Assert.Equal(5, (await basket.ClearAsync().ShouldBeAsync(200)).Version());
    }

    [Fact]
    public async Task If_Match_is_heeded_where_it_is_sent()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var basket = new Basket(Server.Customer(), shop);
        await basket.PutAsync(shop.Variant, 1, "\"0\"").ShouldBeAsync(200);
        await basket.PutAsync(shop.Variant, 2, "\"0\"").ShouldBeAsync(412, "precondition_failed");
        await basket.RemoveAsync(shop.Variant, "\"7\"").ShouldBeAsync(412, "precondition_failed");
        await basket.ClearAsync("\"x\"").ShouldBeAsync(412, "precondition_failed");
        Assert.Equal([(shop.Variant, 1)], (await basket.GetAsync()).Body.Lines());
        await basket.PutAsync(shop.Variant, 2, "\"1\"").ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_line_says_what_has_changed_since_it_was_added()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5, 5, 5, 5);
        var limited = await shop.AddVariantAsync(700, 100, 3);
        var buyer = Guid.CreateVersion7();
        var basket = new Basket(Server.Customer(buyer), shop);
        foreach (var variant in shop.Variants)
        {
            await basket.PutAsync(variant, 4).ShouldBeAsync(200);
        }

        Assert.Equal(["purchase_limit"], (await basket.GetAsync()).Body.Changes(limited));
        await basket.PutAsync(limited, 3).ShouldBeAsync(200);
        await Server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE variants SET price = 1500 WHERE id = $1", shop.Variants[0]);
            await tx.ExecuteAsync("UPDATE stock SET on_hand = 3 WHERE variant_id = $1", shop.Variants[1]);
            await tx.ExecuteAsync("UPDATE stock SET on_hand = 0 WHERE variant_id = $1", shop.Variants[2]);
            await tx.ExecuteAsync("UPDATE variants SET active = $2 WHERE id = $1", shop.Variants[3], false);
            await tx.ExecuteAsync("INSERT INTO purchase_counts (variant_id, buyer, quantity) VALUES ($1, $2, 1)", limited,
                $"account:{buyer}");
        });
        var cart = (await basket.GetAsync()).Body;
        Assert.Equal(["price_changed"], cart.Changes(shop.Variants[0]));
        Assert.Equal((1000, 1500),
            (cart.Line(shop.Variants[0]).GetProperty("changes")[0].GetProperty("oldPrice").GetInt64(), cart.Line(shop.Variants[0])
            .GetProperty("unitPrice").GetInt64()));
        Assert.Equal(["insufficient_stock"], cart.Changes(shop.Variants[1]));
        Assert.Equal(["unavailable"], cart.Changes(shop.Variants[2]));
        Assert.Equal(["not_for_sale"], cart.Changes(shop.Variants[3]));
        Assert.False(cart.Line(shop.Variants[3]).GetProperty("forSale").GetBoolean());
        Assert.Equal(["purchase_limit"], cart.Changes(limited));
        Assert.Equal(2, cart.Line(limited).GetProperty("changes")[0].GetProperty("mayBuy").GetInt64());
        Assert.Equal((4 * 1500) + (4 * 2000) + (4 * 3000) + (3 * 700), cart.GetProperty("subtotal").GetInt64());
    }

    [Fact]
    public async Task What_cannot_go_into_a_cart_is_refused_by_name()
    {
        var (shop, other) = (await Shop.CreateAsync(Server.Db, 5, 5), await Shop.CreateAsync(Server.Db, 5));
        var basket = new Basket(Server.Customer(), shop);
        await basket.PutAsync(other.Variant, 1).ShouldBeAsync(422, "unknown_variant");
        await basket.PutAsync(Guid.CreateVersion7(), 1).ShouldBeAsync(422, "unknown_variant");
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE variants SET active = $2 WHERE id = $1", shop.Variants[1], false));
        await basket.PutAsync(shop.Variants[1], 1).ShouldBeAsync(422, "variant_not_for_sale");
        foreach (var quantity in new object[] { 0, -1, 1_000_001, 1.5, "1", true, new[] { 1 } })
        {
            await basket.PutAsync(shop.Variant, quantity).ShouldBeAsync(400, "invalid_request");
        }

        await basket.SendAsync(HttpMethod.Put, $"{basket.Path}/lines/{shop.Variant}", new JsonObject { ["quantity"] = 1, ["price"] = 1 })
            .ShouldBeAsync(400, "unknown_field");
        await basket.SendAsync(HttpMethod.Put, $"{basket.Path}/lines/x", new JsonObject { ["quantity"] = 1 })
            .ShouldBeAsync(404, "not_found");
        await basket.SendAsync(HttpMethod.Delete, $"{basket.Path}/lines/x").ShouldBeAsync(404, "not_found");
        foreach (var store in new[] { "x", Guid.CreateVersion7().ToString() })
        {
            await basket.SendAsync(HttpMethod.Get, $"/api/v1/carts/{store}").ShouldBeAsync(404, "not_found");
            await basket.SendAsync(HttpMethod.Delete, $"/api/v1/carts/{store}").ShouldBeAsync(404, "not_found");
            await basket.SendAsync(HttpMethod.Put, $"/api/v1/carts/{store}/lines/{shop.Variant}", new JsonObject { ["quantity"] = 1 })
                .ShouldBeAsync(404, "not_found");
        }

        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM carts WHERE store_id = $1", shop.StoreId));
        await basket.PutAsync(shop.Variant, 1_000_000).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_hundred_different_items_are_the_most()
    {
        var shop = await Shop.CreateAsync(Server.Db, [.. Enumerable.Repeat(5L, 101)]);
        var basket = new Basket(Server.Customer(), shop);
        foreach (var variant in shop.Variants.Take(100))
        {
            await basket.PutAsync(variant, 1).ShouldBeAsync(200);
        }

        await basket.PutAsync(shop.Variants[100], 1).ShouldBeAsync(422, "cart_full");
        await basket.PutAsync(shop.Variants[7], 2).ShouldBeAsync(200);
        var (status, order, _) = await basket.CheckOutAsync(change: b => b.Remove("customer"));
        Assert.Equal((201, 100), (status, order.GetProperty("lines").GetArrayLength()));
    }

    [Fact]
    public async Task Sums_that_no_order_can_have_are_null()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var dear = await shop.AddVariantAsync(1_000_000_000_000_000, 100, null);
        var basket = new Basket(Server.Customer(), shop);
        Assert.Equal(1_000_000_000_000_000, (await basket.PutAsync(dear, 1).ShouldBeAsync(200)).GetProperty("subtotal").GetInt64());
        var cart = await basket.PutAsync(dear, 1_000_000).ShouldBeAsync(200);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null),
            (cart.GetProperty("subtotal").ValueKind, cart.Line(dear).GetProperty("lineTotal").ValueKind));
        await basket.CheckOutAsync(change: b => b.Remove("customer")).ShouldBeAsync(422, "total_too_large");
    }

    [Fact]
    public async Task Changes_at_once_all_count()
    {
        var shop = await Shop.CreateAsync(Server.Db, [.. Enumerable.Repeat(5L, 12)]);
        var basket = new Basket(Server.Customer(), shop);
        await Task.WhenAll(shop.Variants.Select((v, i) => basket.PutAsync(v, i + 1).ShouldBeAsync(200)));
        var cart = (await basket.GetAsync()).Body;
        Assert.Equal(shop.Variants.Select((v, i) => (v, i + 1L)).Order(), cart.Lines().Order());
        Assert.Equal(12, cart.Version());
    }
}

public sealed class Cart_on_sqlite(SqliteHost host) : CartTests(host), IClassFixture<SqliteHost>;

public sealed class Cart_on_postgresql(PostgresHost host) : CartTests(host), IClassFixture<PostgresHost>;
