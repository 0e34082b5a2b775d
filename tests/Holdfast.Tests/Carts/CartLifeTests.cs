using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Carts;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Carts;

/// <summary>How carts end, and what <c>verify</c> says of those that are not right.</summary>
public abstract class CartLifeTests(TestHost host)
{
    private TestServer Server => host.Server;

    private Basket Visitor(Shop shop) => new(Server.Guest, shop);

    [Fact]
    public async Task Carts_that_nobody_changes_are_removed_after_their_time()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var (visitor, customer, old) = (Visitor(shop), new Basket(Server.Customer(), shop), Visitor(shop));
        foreach (var basket in new[] { visitor, customer, old })
        {
            await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        }

        var left = await Server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT owner, expires_at, updated_at FROM carts WHERE store_id = $1", r => (r.Text(0), r.Time(1) - r.Time(2)),
            shop.StoreId));
        Assert.All(left, c => Assert.Equal(c.Item1.StartsWith("customer:", StringComparison.Ordinal) ? 365 : 30, c.Item2.TotalDays));
        var owner = $"token:{Convert.ToHexStringLower(SHA256.HashData(Base64Url.DecodeFromChars(old.Token)))}";
        await Server.Db.WriteAsync(async tx =>
            Assert.Equal(1, await tx.ExecuteAsync("UPDATE carts SET expires_at = $2 WHERE owner = $1", owner, await tx.NowAsync())));
        await Until.TrueAsync("it is removed with its lines", async () =>
        {
            // The server sweeps, too, and may not be done yet.
            await Server.Get<SweepCarts>().SweepOnceAsync(TestContext.Current.CancellationToken);
            return await shop.CountAsync("SELECT COUNT(*) FROM carts WHERE store_id = $1", shop.StoreId) == 2
                && await shop.CountAsync("SELECT COUNT(*) FROM cart_lines WHERE store_id = $1", shop.StoreId) == 2;
        });
        Assert.Equal(0, await Server.Get<SweepCarts>().SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Empty((await old.GetAsync()).Body.Lines());
        Assert.Single((await customer.GetAsync()).Body.Lines());
    }

    [Fact]
    public async Task A_closed_account_leaves_no_carts_and_takes_nobody_elses()
    {
        var (shop, second) = (await Shop.CreateAsync(Server.Db, 5), await Shop.CreateAsync(Server.Db, 5));
        var account = new JsonObject { ["email"] = $"{Guid.CreateVersion7():N}@example.com", ["password"] = "một mật khẩu dài" };
        var (_, signedIn, _) = await Shop.PostAsync(Server.Guest, "/auth/register", account);
        var client = Server.Client(signedIn.GetProperty("accessToken").GetString());
        var (other, visitor) = (new Basket(Server.Customer(), shop), Visitor(shop));
        foreach (var basket in new[] { new Basket(client, shop), other, visitor })
        {
            await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        }

        var mine = new Basket(client, second);
        await mine.PutAsync(second.Variant, 1).ShouldBeAsync(200);
        var (closed, answer, _) = await mine.SendAsync(HttpMethod.Delete, "/api/v1/auth/me",
            new JsonObject { ["password"] = "một mật khẩu dài" });
        Assert.True(closed == 204, $"{closed} {answer}");
        foreach (var (of, left) in new[] { (shop, 2), (second, 0) })
        {
            Assert.Equal((left, left),
                (await of.CountAsync("SELECT COUNT(*) FROM carts WHERE store_id = $1", of.StoreId),
                await of.CountAsync("SELECT COUNT(*) FROM cart_lines WHERE store_id = $1", of.StoreId)));
        }
    }

    public static TheoryData<string, string> Damage => new()
    {
        { "cart_lines_have_their_cart",
            "INSERT INTO cart_lines (cart_id, store_id, variant_id, quantity, added_price, added_name, added_at) VALUES ($2, $1, $3, 1, "
                + "1, 'x', $4)" },
        { "cart_lines_are_of_the_store",
            "UPDATE cart_lines SET variant_id = $2 WHERE store_id = $1 AND variant_id = $3 AND added_at <= $4" },
        { "cart_lines_have_pieces",
            "UPDATE cart_lines SET quantity = 1000001 WHERE store_id = $1 AND variant_id <> $2 AND variant_id = $3 AND added_at <= $4" },
        { "carts_have_an_owner",
            "UPDATE carts SET owner = 'customer:nobody' WHERE store_id = $1 AND id <> $2 AND id <> $3 AND created_at <= $4" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public async Task Verify_finds_a_broken_cart(string name, string sql)
    {
        await using var server = await TestServer.StartAsync(host.Backend);
        var shop = await Shop.CreateAsync(server.Db, 5);
        await new Basket(server.Customer(), shop).PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        Assert.Empty(await Verification.RunAsync(server.Db, CartsModule.Invariants));
        await server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync(sql, shop.StoreId, Guid.CreateVersion7(), shop.Variant, await tx.NowAsync()));
        Assert.Equal(name, Assert.Single(await Verification.RunAsync(server.Db, CartsModule.Invariants)).Name);
    }

    [Fact]
    public async Task Verify_finds_a_cart_that_is_too_long()
    {
        await using var server = await TestServer.StartAsync(host.Backend);
        var shop = await Shop.CreateAsync(server.Db, [.. Enumerable.Repeat(5L, 101)]);
        await new Basket(server.Customer(), shop).PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        await server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("INSERT INTO cart_lines (cart_id, store_id, variant_id, quantity, added_price, added_name, added_at) "
            + "SELECT c.id, c.store_id, v.id, 1, 1, 'x', c.created_at FROM carts c JOIN variants v ON v.store_id = c.store_id WHERE "
            + "v.id <> $1", shop.Variant));
        Assert.Equal("carts_are_not_too_long", Assert.Single(await Verification.RunAsync(server.Db, CartsModule.Invariants)).Name);
    }
}

public sealed class CartLife_on_sqlite(SqliteHost host) : CartLifeTests(host), IClassFixture<SqliteHost>;

public sealed class CartLife_on_postgresql(PostgresHost host) : CartLifeTests(host), IClassFixture<PostgresHost>;
