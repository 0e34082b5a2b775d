using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Inventory;

public abstract class StockRoutesTests(TestHost host)
{
    private Task<Shop> ShopAsync(params long?[] onHand) => Shop.OpenAsync(host.Server, onHand);

    private static string Stock(Guid variantId) => $"/api/v1/inventory/{variantId}";

    [Fact]
    public async Task Shows_the_stock_of_a_variant()
    {
        var shop = await ShopAsync(7, 5);
        await shop.ReserveAsync(3).ShouldBeAsync(201);
        var stock = await shop.Staff.GetAsync(Stock(shop.Variant)).ShouldBeAsync(200);
        Assert.Equal(
            $$"""{"variantId":"{{shop.Variant}}","storeId":"{{shop.Id}}","sku":"SKU-0","name":"Product 0","onHand":7,"reserved":3,"available":4,"shortfall":0,"lowStockThreshold":null}""",
            stock.GetRawText());
        Assert.Equal("Product 1 - Large", (await shop.Staff.GetAsync(Stock(shop.Variants[1])).ShouldBeAsync(200)).GetProperty("name")
            .GetString());
    }

    [Fact]
    public async Task A_variant_that_never_had_stock_has_none()
    {
        var shop = await ShopAsync(new long?[] { null });
        Assert.Equal((0, 0, 0, 0), await shop.StockAsync());
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -1, reason = "counted" }).ShouldBeAsync(409, "stock_below_zero");
        await shop.ReserveAsync(1).ShouldBeAsync(409, "insufficient_stock");
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 5, reference = "first" }).ShouldBeAsync(201);
        Assert.Equal((5, 0, 5, 0), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task Is_for_staff_of_the_store_alone()
    {
        var shop = await ShopAsync(7);
        var others = host.Server.Staff(Guid.CreateVersion7());
        var receipt = new { quantity = 1, reference = "a" };
        foreach (var path in new[] { Stock(shop.Variant), $"{Stock(shop.Variant)}/movements", $"/api/v1/inventory?storeId={shop.Id}" })
        {
            await others.GetAsync(path).ShouldBeAsync(404, "not_found");
            await host.Server.Guest.GetAsync(path).ShouldBeAsync(401, "unauthenticated");
            await host.Server.Customer().GetAsync(path).ShouldBeAsync(403, "forbidden");
            await host.Server.Service(shop.Id).GetAsync(path).ShouldBeAsync(403, "forbidden");
            await host.Server.Admin.GetAsync(path).ShouldBeAsync(200);
        }

        await shop.PostAsync($"{shop.Variant}/receipts", receipt, client: others).ShouldBeAsync(404, "not_found");
        await shop.PostAsync($"{shop.Variant}/receipts", receipt, client: host.Server.Customer()).ShouldBeAsync(403);
        await shop.PostAsync($"{shop.Variant}/receipts", receipt, client: host.Server.Service(shop.Id)).ShouldBeAsync(201);
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = 1, reason = "x" }, client: others)
            .ShouldBeAsync(404, "not_found");
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = 1, reason = "x" }, client: host.Server.Service(shop.Id))
            .ShouldBeAsync(403);
        await others.PutAsJsonAsync(Stock(shop.Variant), new { lowStockThreshold = 1 }).ShouldBeAsync(404, "not_found");
        await shop.Staff.GetAsync(Stock(Guid.CreateVersion7())).ShouldBeAsync(404, "not_found");
        await shop.Staff.GetAsync("/api/v1/inventory/none").ShouldBeAsync(404, "not_found");
        await shop.PostAsync($"{Guid.CreateVersion7()}/receipts", receipt).ShouldBeAsync(404, "not_found");
        Assert.Equal((8, 0, 8, 0), await shop.StockAsync());
    }

    [Theory]
    [InlineData("receipts", """{"reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":0,"reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":-1,"reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":2147483648,"reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":1.5,"reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":1e309,"reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":"1","reference":"a"}""", "quantity")]
    [InlineData("receipts", """{"quantity":1}""", "reference")]
    [InlineData("receipts", """{"quantity":1,"reference":"  "}""", "reference")]
    [InlineData("receipts", """{"quantity":1,"reference":"a\u0000b"}""", "reference")]
    [InlineData("adjustments", """{"delta":0,"reason":"a"}""", "delta")]
    [InlineData("adjustments", """{"delta":1e309,"reason":"a"}""", "delta")]
    [InlineData("adjustments", """{"delta":1}""", "reason")]
    [InlineData("reservations", """{"lines":[]}""", "lines")]
    [InlineData("reservations", """{"lines":[{"variantId":"x","quantity":1}]}""", "lines[0].variantId")]
    [InlineData("reservations", """{"lines":[{"variantId":"01900000-0000-7000-8000-000000000001","quantity":0}]}""", "lines[0].quantity")]
    [InlineData("reservations", """{"lines":[{"variantId":"01900000-0000-7000-8000-000000000001","quantity":1}],"ttlSeconds":0}""",
        "ttlSeconds")]
    public async Task Refuses_what_makes_no_sense(string path, string body, string field)
    {
        var shop = await ShopAsync(7);
        var message = new HttpRequestMessage(HttpMethod.Post,
            $"/api/v1/inventory/{(path == "reservations" ? path : $"{shop.Variant}/{path}")}")
        {
            Content = new StringContent(body),
            Headers = { { "Idempotency-Key", Guid.CreateVersion7().ToString() } },
        };
        var problem = await shop.Staff.SendAsync(message).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
        Assert.Equal((7, 0, 7, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Refuses_members_it_does_not_know()
    {
        var shop = await ShopAsync(7);
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 1, reference = "a", onHand = 5 })
            .ShouldBeAsync(400, "unknown_field");
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = 1, reason = "a", reserved = 5 })
            .ShouldBeAsync(400, "unknown_field");
        await shop.Staff.PutAsJsonAsync(Stock(shop.Variant), new { onHand = 5 }).ShouldBeAsync(400, "unknown_field");
    }

    [Fact]
    public async Task A_receipt_counts_once_by_its_reference()
    {
        var shop = await ShopAsync(7, 7);
        var first = await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 5, reference = "DN-1" }).ShouldBeAsync(201);
        Assert.Equal((12, 5, "receipt", "DN-1"),
            (first.GetProperty("onHand").GetInt64(), first.GetProperty("movement").GetProperty("onHandDelta").GetInt64(),
            first.GetProperty("movement").GetProperty("reason").GetString(), first.GetProperty("movement").GetProperty("reference")
            .GetString()));
        var again = await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 5, reference = "DN-1" }).ShouldBeAsync(200);
        Assert.Equal(first.GetRawText(), again.GetRawText());
        var conflict = await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 6, reference = "DN-1" })
            .ShouldBeAsync(409, "receipt_conflict");
        Assert.Equal(5, conflict.GetProperty("quantity").GetInt64());
        await shop.PostAsync($"{shop.Variants[1]}/receipts", new { quantity = 6, reference = "DN-1" }).ShouldBeAsync(201);
        Assert.Equal((12, 0, 12, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Receipts_retried_at_the_same_time_count_once()
    {
        var shop = await ShopAsync(new long?[] { null });
        var sent = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 5, reference = "DN-1" })));
        Assert.Equal(1, sent.Count(r => (int)r.StatusCode == 201));
        Assert.Equal(19, sent.Count(r => (int)r.StatusCode == 200));
        Assert.Equal((5, 0, 5, 0), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task An_adjustment_with_a_key_is_made_once()
    {
        var shop = await ShopAsync(7);
        var body = new { delta = -2, reason = "broken" };
        var first = await shop.PostAsync($"{shop.Variant}/adjustments", body, "k1").ShouldBeAsync(201);
        using var again = await shop.PostAsync($"{shop.Variant}/adjustments", body, "k1");
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(first.GetRawText(), (await again.JsonAsync()).GetRawText());
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -3, reason = "broken" }, "k1")
            .ShouldBeAsync(422, "idempotency_key_reused");
        Assert.Equal((5, 0, 5, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task An_adjustment_that_was_refused_is_judged_again_with_its_key()
    {
        var shop = await ShopAsync(1);
        var body = new { delta = -2, reason = "broken" };
        await shop.PostAsync($"{shop.Variant}/adjustments", body, "k2").ShouldBeAsync(409, "stock_below_zero");
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 4, reference = "DN-2" }).ShouldBeAsync(201);
        await shop.PostAsync($"{shop.Variant}/adjustments", body, "k2").ShouldBeAsync(201);
        Assert.Equal((3, 0, 3, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task On_hand_does_not_go_below_zero()
    {
        var shop = await ShopAsync(7);
        var problem = await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -8, reason = "counted" })
            .ShouldBeAsync(409, "stock_below_zero");
        Assert.Equal(7, problem.GetProperty("onHand").GetInt64());
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -7, reason = "counted" }).ShouldBeAsync(201);
        Assert.Equal((0, 0, 0, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task An_adjustment_below_what_is_reserved_is_a_shortfall_that_receipts_fill_oldest_first()
    {
        var shop = await ShopAsync(10);
        var oldest = (await shop.ReserveAsync(4).ShouldBeAsync(201)).Id();
        var middle = (await shop.ReserveAsync(3).ShouldBeAsync(201)).Id();
        var newest = (await shop.ReserveAsync(2).ShouldBeAsync(201)).Id();

        var answer = await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -5, reason = "water damage" }).ShouldBeAsync(201);
        Assert.Equal([(middle, 3, 2), (newest, 2, 2)], Affected(answer));
        Assert.Equal((5, 9, 0, 4), await shop.StockAsync());
        Assert.Equal(["inventory.rejected", "inventory.shortfall"], await shop.EventsAsync(shop.Variant));

        await shop.ReserveAsync(1).ShouldBeAsync(409, "insufficient_stock");
        await shop.PostAsync($"reservations/{middle}/commit", new { }).ShouldBeAsync(409, "reservation_short");
        await shop.PostAsync($"reservations/{newest}/commit", new { }).ShouldBeAsync(409, "reservation_short");
        await shop.PostAsync($"reservations/{oldest}/commit", new { }).ShouldBeAsync(200);
        Assert.Equal((1, 5, 0, 4), await shop.StockAsync());

        answer = await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 3, reference = "DN-2" }).ShouldBeAsync(201);
        Assert.Equal([(newest, 2, 1)], Affected(answer));
        await shop.PostAsync($"reservations/{newest}/commit", new { }).ShouldBeAsync(409, "reservation_short");
        await shop.PostAsync($"reservations/{middle}/commit", new { }).ShouldBeAsync(200);
        await shop.PostAsync($"reservations/{newest}/release", new { }).ShouldBeAsync(200);
        Assert.Equal((1, 0, 1, 0), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);

        static List<(Guid, long, long)> Affected(JsonElement answer) => [.. answer.GetProperty("affected").EnumerateArray()
            .Select(a => (a.GetProperty("referenceId").GetGuid(), a.GetProperty("held").GetInt64(), a.GetProperty("missing").GetInt64()))];
    }

    [Fact]
    public async Task Low_stock_is_told_when_it_falls_to_the_threshold_and_not_again_below_it()
    {
        var shop = await ShopAsync(10);
        var stock = await shop.Staff.PutAsJsonAsync(Stock(shop.Variant), new { lowStockThreshold = 5 }).ShouldBeAsync(200);
        Assert.Equal(5, stock.GetProperty("lowStockThreshold").GetInt64());
        await shop.ReserveAsync(4).ShouldBeAsync(201);
        Assert.Empty(await shop.EventsAsync(shop.Variant));
        await shop.ReserveAsync(1).ShouldBeAsync(201);
        Assert.Equal(["inventory.low"], await shop.EventsAsync(shop.Variant));
        await shop.ReserveAsync(1).ShouldBeAsync(201);
        Assert.Single(await shop.EventsAsync(shop.Variant));
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 10, reference = "DN-1" }).ShouldBeAsync(201);
        await shop.ReserveAsync(14).ShouldBeAsync(201);
        Assert.Equal(["inventory.low", "inventory.restocked", "inventory.low", "inventory.rejected"], await shop.EventsAsync(shop.Variant));
        Assert.Equal(JsonValueKind.Null,
            (await shop.Staff.PutAsJsonAsync(Stock(shop.Variant), new { lowStockThreshold = (long?)null }).ShouldBeAsync(200))
            .GetProperty("lowStockThreshold").ValueKind);
        await shop.Staff.PutAsJsonAsync(Stock(shop.Variant), new { lowStockThreshold = -1 }).ShouldBeAsync(400, "invalid_request");
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task An_event_carries_the_stock_as_GET_returns_it()
    {
        var shop = await ShopAsync(3);
        await shop.ReserveAsync(3).ShouldBeAsync(201);
        var data = await host.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT data FROM events WHERE subject = $1", r => r.Bytes(0), shop.Variant));
        Assert.Equal((await shop.Staff.GetAsync(Stock(shop.Variant)).ShouldBeAsync(200)).GetRawText(),
            System.Text.Encoding.UTF8.GetString(data!));
    }

    [Fact]
    public async Task Lists_the_stock_of_a_store_low_ones_first()
    {
        var shop = await ShopAsync(7, null, 3, 9, 3);
        var all = new List<(Guid, long)>();
        string? cursor = null;
        do
        {
            var page = await shop.Staff.GetAsync($"/api/v1/inventory?storeId={shop.Id}&limit=2&cursor={cursor}").ShouldBeAsync(200);
            all.AddRange(page.GetProperty("items").EnumerateArray()
                .Select(i => (i.GetProperty("variantId").GetGuid(), i.GetProperty("available").GetInt64())));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        var v = shop.Variants;
        Assert.Equal([(v[1], 0), (v[2], 3), (v[4], 3), (v[0], 7), (v[3], 9)], all);

        var below = await shop.Staff.GetAsync($"/api/v1/inventory?storeId={shop.Id}&below=7").ShouldBeAsync(200);
        Assert.Equal([v[1], v[2], v[4]], below.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("variantId").GetGuid()));
        await shop.Staff.GetAsync("/api/v1/inventory").ShouldBeAsync(400, "invalid_request");
        await shop.Staff.GetAsync("/api/v1/inventory?storeId=1").ShouldBeAsync(400, "invalid_request");
        await shop.Staff.GetAsync($"/api/v1/inventory?storeId={shop.Id}&below=x").ShouldBeAsync(400, "invalid_request");
        await shop.Staff.GetAsync($"/api/v1/inventory?storeId={shop.Id}&limit=101").ShouldBeAsync(400, "invalid_request");
        await shop.Staff.GetAsync($"/api/v1/inventory?storeId={shop.Id}&cursor=AAAA").ShouldBeAsync(400, "invalid_cursor");
    }

    [Fact]
    public async Task The_ledger_says_what_happened_newest_first()
    {
        var shop = await ShopAsync(7);
        var reservation = (await shop.ReserveAsync(2).ShouldBeAsync(201)).Id();
        await shop.PostAsync($"reservations/{reservation}/commit", new { }).ShouldBeAsync(200);
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -1, reason = "broken" }).ShouldBeAsync(201);
        var first = await shop.Staff.GetAsync($"{Stock(shop.Variant)}/movements?limit=3").ShouldBeAsync(200);
        var rest = await shop.Staff.GetAsync(
            $"{Stock(shop.Variant)}/movements?limit=3&cursor={first.GetProperty("nextCursor").GetString()}").ShouldBeAsync(200);
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
        Assert.Equal(
        [
            (4, -1, 0, "adjustment", null, "broken"), (3, -2, -2, "committed", reservation, null), (2, 0, 2, "reserved", reservation, null),
                (1, 7, 0, "receipt", null, "opening"),
        ], first.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray())
        .Select(m => (m.GetProperty("sequence").GetInt64(),
            m.GetProperty("onHandDelta").GetInt64(), m.GetProperty("reservedDelta").GetInt64(), m.GetProperty("reason").GetString(),
            m.GetProperty("referenceId").ValueKind == JsonValueKind.Null ? (Guid?)null
            : m.GetProperty("referenceId").GetGuid(), m.GetProperty("reference").GetString())));
    }
}

public sealed class StockRoutes_on_sqlite(SqliteHost host) : StockRoutesTests(host), IClassFixture<SqliteHost>;

public sealed class StockRoutes_on_postgresql(PostgresHost host) : StockRoutesTests(host), IClassFixture<PostgresHost>;
