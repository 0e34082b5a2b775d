using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Inventory;

/// <summary>Stock set to what somebody has counted.</summary>
public abstract class StockCountTests(TestHost host)
{
    private Task<Shop> ShopAsync(params long?[] onHand) => Shop.OpenAsync(host.Server, onHand);

    [Fact]
    public async Task What_was_counted_is_what_there_is()
    {
        var shop = await ShopAsync(7, 7);
        await shop.ReserveAsync(5).ShouldBeAsync(201);
        var counted = await shop.PostAsync($"{shop.Variant}/adjustments", new { counted = 17, reason = "stock-take" }, "c1")
            .ShouldBeAsync(201);
        Assert.Equal((17, 10, "adjustment", "stock-take"),
            (counted.GetProperty("onHand").GetInt64(), counted.GetProperty("movement").GetProperty("onHandDelta").GetInt64(),
            counted.GetProperty("movement").GetProperty("reason").GetString(), counted.GetProperty("movement").GetProperty("reference")
            .GetString()));
        var less = await shop.PostAsync($"{shop.Variant}/adjustments", new { counted = 2, reason = "stock-take" }).ShouldBeAsync(201);
        Assert.Equal((2, 5, 0, 3), await shop.StockAsync());
        Assert.Equal(1, less.GetProperty("affected").GetArrayLength());
        // Retried, it is the first answer, and the stock stays what was counted last.
        Assert.Equal(counted.GetRawText(),
            (await shop.PostAsync($"{shop.Variant}/adjustments", new { counted = 17, reason = "stock-take" }, "c1")
            .ShouldBeAsync(201)).GetRawText());
        Assert.Equal((2, 5, 0, 3), await shop.StockAsync());
        var same = await shop.PostAsync($"{shop.Variant}/adjustments", new { counted = 2, reason = "again" }).ShouldBeAsync(201);
        Assert.Equal(0, same.GetProperty("movement").GetProperty("onHandDelta").GetInt64());
        await shop.PostAsync($"{shop.Variant}/adjustments", new { counted = 0, reason = "empty" }).ShouldBeAsync(201);
        Assert.Equal((0, 5, 0, 5), await shop.StockAsync());
        Assert.Equal(["inventory.shortfall", "inventory.shortfall"],
            (await shop.EventsAsync(shop.Variant)).Where(e => e == "inventory.shortfall"));

        foreach (var wrong in new object[] { new { counted = -1, reason = "x" }, new { counted = 1.5, reason = "x" },
            new { counted = 1, delta = 1, reason = "x" }, new { reason = "x" }, new { counted = 1 } })
        {
            await shop.PostAsync($"{shop.Variant}/adjustments", wrong).ShouldBeAsync(400, "invalid_request");
        }

        await shop.PostAsync($"{shop.Variant}/adjustments", new { counted = 1, reason = "x" },
            client: host.Server.Staff(Guid.CreateVersion7())).ShouldBeAsync(404, "not_found");
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task A_shelf_is_counted_at_once_or_not_at_all()
    {
        var (shop, other) = (await ShopAsync(7, 7, null, 3), await ShopAsync(1));
        await shop.ReserveAsync(5).ShouldBeAsync(201);
        var answer = await CountAsync(shop, "c1", (1, 9), (0, 4), (2, 12), (3, 3)).ShouldBeAsync(200);
        // In the order of the request, each as an adjustment is answered.
        Assert.Equal([(shop.Variants[1], 9L, 2L), (shop.Variants[0], 4, -3), (shop.Variants[2], 12, 12), (shop.Variants[3], 3, 0)],
            answer.GetProperty("items").EnumerateArray()
            .Select(i => (i.GetProperty("variantId").GetGuid(), i.GetProperty("onHand").GetInt64(),
                i.GetProperty("movement").GetProperty("onHandDelta").GetInt64())));
        Assert.Equal(1, answer.GetProperty("items")[1].GetProperty("affected").GetArrayLength());
        Assert.Equal((4, 5, 0, 1), await shop.StockAsync());
        Assert.Equal(answer.GetRawText(), (await CountAsync(shop, "c1", (1, 9), (0, 4), (2, 12), (3, 3)).ShouldBeAsync(200)).GetRawText());
        Assert.Contains("inventory.shortfall", await shop.EventsAsync(shop.Variant));

        var unknown = await shop.PostAsync("counts", Body(shop, (shop.Variants[0], 100), (other.Variant, 100), (Guid.Empty, 1)))
            .ShouldBeAsync(422, "unknown_variant");
        Assert.Equal([other.Variant, Guid.Empty], unknown.GetProperty("variantIds").EnumerateArray().Select(v => v.GetGuid()));
        foreach (var wrong in new[] { Body(shop), Body(shop, (shop.Variant, 1), (shop.Variant, 1)), Body(shop, (shop.Variant, -1)),
            Body(shop, [.. Enumerable.Range(0, 101).Select(_ => (Guid.CreateVersion7(), 1L))]) })
        {
            await shop.PostAsync("counts", wrong).ShouldBeAsync(400, "invalid_request");
        }

        await shop.PostAsync("counts", Body(shop, (shop.Variant, 1)), client: host.Server.Staff(other.Id)).ShouldBeAsync(404, "not_found");
        Assert.Equal((4, 5, 0, 1), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task Shelves_that_are_counted_in_another_order_at_once_wait_for_each_other()
    {
        var shop = await ShopAsync([.. Enumerable.Repeat((long?)100, 20)]);
        var sent = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
        {
            var lines = Enumerable.Range(0, 20).Select(v => (v, 50L + i));
            return CountAsync(shop, $"k{i}", [.. i % 2 == 0 ? lines : lines.Reverse()]);
        }));
        Assert.All(sent, answer => Assert.Equal(200, (int)answer.StatusCode));
        // One of them was the last, for all variants.
        Assert.Single((await Task.WhenAll(shop.Variants.Select(v => shop.StockAsync(v)))).Distinct());
        await Shop.VerifyAsync(host.Server.Db);
    }

    private static Task<HttpResponseMessage> CountAsync(Shop shop, string key, params (int Index, long Counted)[] lines) =>
        shop.PostAsync("counts", Body(shop, [.. lines.Select(l => (shop.Variants[l.Index], l.Counted))]), $"{key}-{shop.Id}");

    private static object Body(Shop shop, params (Guid VariantId, long Counted)[] lines) =>
        new { storeId = shop.Id, reason = "stock-take", lines = lines.Select(l => new { variantId = l.VariantId, counted = l.Counted }) };

    [Fact]
    public async Task A_count_is_taken_under_the_lock_whatever_is_sold_meanwhile()
    {
        var shop = await ShopAsync(1000);
        var sent = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => shop.PostAsync($"{shop.Variant}/adjustments",
            i % 4 == 0 ? new { counted = 500 + i, reason = $"count {500 + i}" } : (object)new { delta = -1, reason = "broken" })));
        Assert.All(sent, answer => Assert.Equal(201, (int)answer.StatusCode));
        var ledger = await host.Server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT on_hand_delta, reference FROM stock_movements WHERE variant_id = $1 ORDER BY sequence",
            r => (Delta: r.Long(0), Reference: r.TextOrNull(1) ?? ""), shop.Variant));
        var (onHand, counts) = (0L, 0);
        foreach (var (delta, reference) in ledger)
        {
            onHand += delta;
            if (reference.StartsWith("count ", StringComparison.Ordinal))
            {
                Assert.Equal(long.Parse(reference["count ".Length..], null), onHand);
                counts++;
            }
        }

        Assert.Equal((15, onHand), (counts, (await shop.StockAsync()).OnHand));
        await Shop.VerifyAsync(host.Server.Db);
    }
}

public sealed class StockCount_on_sqlite(SqliteHost host) : StockCountTests(host), IClassFixture<SqliteHost>;

public sealed class StockCount_on_postgresql(PostgresHost host) : StockCountTests(host), IClassFixture<PostgresHost>;
