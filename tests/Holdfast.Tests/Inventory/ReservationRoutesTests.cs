using System.Text;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Inventory;

public abstract class ReservationRoutesTests(TestHost host)
{
    private Task<Shop> ShopAsync(params long?[] onHand) => Shop.OpenAsync(host.Server, onHand);

    private static string One(Guid id) => $"/api/v1/inventory/reservations/{id}";

    [Fact]
    public async Task Holds_all_lines_for_ten_minutes()
    {
        var shop = await ShopAsync(7, 5);
        using var answer = await shop.ReserveAsync(
            new[] { Shop.Line(shop.Variants[1], 1), Shop.Line(shop.Variant, 2), Shop.Line(shop.Variant, 1) });
        var made = await answer.JsonAsync();
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal(One(made.Id()), answer.Headers.Location!.ToString());
        Assert.Equal(made.GetProperty("createdAt").GetDateTime().AddSeconds(600), made.GetProperty("expiresAt").GetDateTime());
        Assert.Equal("active", made.Status());
        Assert.Equal(shop.Id, made.GetProperty("storeId").GetGuid());
        Assert.Equal([(shop.Variant, 3), (shop.Variants[1], 1)],
            made.GetProperty("lines").EnumerateArray()
            .Select(l => (l.GetProperty("variantId").GetGuid(), l.GetProperty("quantity").GetInt64())));
        Assert.Equal((7, 3, 4, 0), await shop.StockAsync());
        Assert.Equal((5, 1, 4, 0), await shop.StockAsync(shop.Variants[1]));
        Assert.Equal(made.GetRawText(), (await shop.Staff.GetAsync(One(made.Id())).ShouldBeAsync(200)).GetRawText());
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task Holds_all_or_nothing()
    {
        var shop = await ShopAsync(7, 5);
        var problem = await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 2), Shop.Line(shop.Variants[1], 6) })
            .ShouldBeAsync(409, "insufficient_stock");
        var shortage = Assert.Single(problem.GetProperty("shortages").EnumerateArray());
        Assert.Equal((shop.Variants[1], 6, 5),
            (shortage.GetProperty("variantId").GetGuid(), shortage.GetProperty("requested").GetInt64(), shortage.GetProperty("available")
            .GetInt64()));
        Assert.Equal((7, 0, 7, 0), await shop.StockAsync());
        await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 4), Shop.Line(shop.Variant, 4) }).ShouldBeAsync(409, "insufficient_stock");
    }

    [Fact]
    public async Task Names_variants_that_cannot_be_held()
    {
        var (shop, other) = (await ShopAsync(7, 7), await ShopAsync(7));
        var unknown = Guid.CreateVersion7();
        var problem = await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 1), Shop.Line(unknown, 1), Shop.Line(other.Variant, 1) })
            .ShouldBeAsync(422, "unknown_variant");
        Assert.Equal(new[] { unknown, other.Variant }.Order(), problem.GetProperty("variantIds").EnumerateArray().Select(v => v.GetGuid()));
        await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 1), Shop.Line(other.Variant, 1) }, client: host.Server.Admin)
            .ShouldBeAsync(422, "several_stores");
        await host.Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE variants SET active = $2 WHERE id = $1", shop.Variants[1], false));
        await shop.ReserveAsync(new[] { Shop.Line(shop.Variants[1], 1) }).ShouldBeAsync(422, "variant_not_for_sale");
        Assert.Equal((7, 0, 7, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Is_for_staff_and_services_of_the_store()
    {
        var shop = await ShopAsync(7);
        var service = host.Server.Service(shop.Id);
        var id = (await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 1) }, client: service).ShouldBeAsync(201)).Id();
        await service.GetAsync(One(id)).ShouldBeAsync(200);
        var stranger = host.Server.Staff(Guid.CreateVersion7());
        await stranger.GetAsync(One(id)).ShouldBeAsync(404, "not_found");
        await shop.PostAsync($"reservations/{id}/release", new { }, client: stranger).ShouldBeAsync(404, "not_found");
        await shop.PostAsync($"reservations/{id}/commit", new { }, client: stranger).ShouldBeAsync(404, "not_found");
        await shop.PostAsync($"reservations/{Guid.CreateVersion7()}/commit", new { }).ShouldBeAsync(404, "not_found");
        await shop.PostAsync("reservations/x/commit", new { }).ShouldBeAsync(404, "not_found");
        await shop.Staff.GetAsync("/api/v1/inventory/reservations/x").ShouldBeAsync(404, "not_found");
        await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 1) }, client: host.Server.Guest).ShouldBeAsync(401, "unauthenticated");
        await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 1) }, client: host.Server.Customer()).ShouldBeAsync(403, "forbidden");
        await shop.PostAsync($"reservations/{id}/commit", new { }, client: service).ShouldBeAsync(200);
        Assert.Equal((6, 0, 6, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Released_it_gives_the_stock_back_once()
    {
        var shop = await ShopAsync(7);
        var id = (await shop.ReserveAsync(3).ShouldBeAsync(201)).Id();
        var released = await shop.PostAsync($"reservations/{id}/release", new { }).ShouldBeAsync(200);
        Assert.Equal("released", released.Status());
        Assert.Equal(released.GetRawText(), (await shop.PostAsync($"reservations/{id}/release", new { }).ShouldBeAsync(200)).GetRawText());
        Assert.Equal((7, 0, 7, 0), await shop.StockAsync());
        await shop.PostAsync($"reservations/{id}/commit", new { }).ShouldBeAsync(409, "reservation_released");
        Assert.Equal(["inventory.reserved", "inventory.released"], await shop.EventsAsync(id));
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task Committed_the_goods_are_gone_once()
    {
        var shop = await ShopAsync(7);
        var id = (await shop.ReserveAsync(3).ShouldBeAsync(201)).Id();
        Assert.Equal("committed", (await shop.PostAsync($"reservations/{id}/commit", new { }).ShouldBeAsync(200)).Status());
        Assert.Equal("committed", (await shop.PostAsync($"reservations/{id}/commit", new { }).ShouldBeAsync(200)).Status());
        Assert.Equal((4, 0, 4, 0), await shop.StockAsync());
        await shop.PostAsync($"reservations/{id}/release", new { }).ShouldBeAsync(409, "reservation_committed");
        Assert.Equal(["inventory.reserved", "inventory.committed"], await shop.EventsAsync(id));
        await shop.PostAsync($"reservations/{id}/commit", new { quantity = 1 }).ShouldBeAsync(400, "unknown_field");
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task Its_events_carry_it_as_GET_returns_it()
    {
        var shop = await ShopAsync(7);
        var made = await shop.ReserveAsync(3).ShouldBeAsync(201);
        var released = await shop.PostAsync($"reservations/{made.Id()}/release", new { }).ShouldBeAsync(200);
        var events = await host.Server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT data, previous FROM events WHERE subject = $1 ORDER BY sequence",
            r => (Encoding.UTF8.GetString(r.Bytes(0)), r.TextOrNull(1)), made.Id()));
        Assert.Equal([(made.GetRawText(), null), (released.GetRawText(), "\"previousStatus\":\"active\"")], events);
        Assert.Equal(released.GetRawText(), (await shop.Staff.GetAsync(One(made.Id())).ShouldBeAsync(200)).GetRawText());
    }

    [Fact]
    public async Task Needs_an_idempotency_key_and_keeps_to_it()
    {
        var shop = await ShopAsync(7);
        var lines = new[] { Shop.Line(shop.Variant, 3) };
        await shop.PostAsync("reservations", new { lines }).ShouldBeAsync(400, "idempotency_key_required");
        var made = await shop.ReserveAsync(lines, key: "k").ShouldBeAsync(201);
        using var again = await shop.ReserveAsync(lines, key: "k");
        Assert.Equal((201, One(made.Id()), "true"),
            ((int)again.StatusCode, again.Headers.Location!.ToString(), again.Headers.GetValues("Idempotency-Replayed").Single()));
        Assert.Equal(made.GetRawText(), (await again.JsonAsync()).GetRawText());
        await shop.ReserveAsync(lines, 60, "k").ShouldBeAsync(422, "idempotency_key_reused");
        await shop.ReserveAsync(lines, key: "k", client: host.Server.Staff(shop.Id)).ShouldBeAsync(201);
        Assert.Equal((7, 6, 1, 0), await shop.StockAsync());

        await shop.PostAsync($"reservations/{made.Id()}/release", new { }, "r").ShouldBeAsync(200);
        using var released = await shop.PostAsync($"reservations/{made.Id()}/release", new { }, "r");
        Assert.Equal("true", released.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal("released", (await released.JsonAsync()).Status());
    }

    [Fact]
    public async Task A_refusal_is_not_kept_so_a_retry_is_judged_anew()
    {
        var shop = await ShopAsync(2);
        var lines = new[] { Shop.Line(shop.Variant, 3) };
        await shop.ReserveAsync(lines, key: "k").ShouldBeAsync(409, "insufficient_stock");
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 1, reference = "DN-1" }).ShouldBeAsync(201);
        await shop.ReserveAsync(lines, key: "k").ShouldBeAsync(201);
        var id = (await shop.ReserveAsync(lines, key: "k").ShouldBeAsync(201)).Id();
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -1, reason = "lost" }).ShouldBeAsync(201);
        await shop.PostAsync($"reservations/{id}/commit", new { }, "c").ShouldBeAsync(409, "reservation_short");
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = 1, reason = "found" }).ShouldBeAsync(201);
        await shop.PostAsync($"reservations/{id}/commit", new { }, "c").ShouldBeAsync(200);
        Assert.Equal((0, 0, 0, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Ten_at_once_with_one_key_are_one()
    {
        var shop = await ShopAsync(7);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
            (await shop.ReserveAsync(new[] { Shop.Line(shop.Variant, 3) }, key: "same").ShouldBeAsync(201)).GetRawText()));
        Assert.Single(answers.Distinct());
        Assert.Equal((7, 3, 4, 0), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }
}

public sealed class ReservationRoutes_on_sqlite(SqliteHost host) : ReservationRoutesTests(host), IClassFixture<SqliteHost>;

public sealed class ReservationRoutes_on_postgresql(PostgresHost host) : ReservationRoutesTests(host), IClassFixture<PostgresHost>;
