using System.Net.Http.Json;
using Holdfast.Inventory;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Messaging;

namespace Holdfast.Tests.Inventory;

/// <summary>
/// Staff see what runs out from the event that tells it to the one that ends it; lost alerts are made again from stock and events.
/// </summary>
public abstract class StockAlertTests(TestHost host)
{
    private Db Db => host.Server.Db;

    [Fact]
    public async Task An_alert_opens_with_the_first_bad_news_and_closes_with_the_good()
    {
        var shop = await Shop.OpenAsync(host.Server, 10, 3, 5);
        await shop.Staff.PutAsJsonAsync($"/api/v1/inventory/{shop.Variant}", new { lowStockThreshold = 5 }).ShouldBeAsync(200);
        Assert.Empty(await AlertsAsync(shop));
        await shop.ReserveAsync(6).ShouldBeAsync(201);
        Assert.Equal([(shop.Variant, "low", 4)], await AlertsAsync(shop));
        var since = await SinceAsync(shop);
        await shop.ReserveAsync(4).ShouldBeAsync(201);
        Assert.Equal([(shop.Variant, "sold_out", 0)], await AlertsAsync(shop));
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -2, reason = "counted" }).ShouldBeAsync(201);
        Assert.Equal([(shop.Variant, "short", 0)], await AlertsAsync(shop));
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 3, reference = "DN-1" }).ShouldBeAsync(201);
        Assert.Equal([(shop.Variant, "low", 1)], await AlertsAsync(shop));
        Assert.Equal(since, await SinceAsync(shop));
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 10, reference = "DN-2" }).ShouldBeAsync(201);
        Assert.Empty(await AlertsAsync(shop));
        Assert.Equal(["inventory.low", "inventory.rejected", "inventory.shortfall", "inventory.restocked"],
            await shop.EventsAsync(shop.Variant));

        // The level moves to the stock, too; and a sold-out variant needs no level.
        await shop.Staff.PutAsJsonAsync($"/api/v1/inventory/{shop.Variants[1]}", new { lowStockThreshold = 3 }).ShouldBeAsync(200);
        Assert.Equal([(shop.Variants[1], "low", 3)], await AlertsAsync(shop));
        await shop.Staff.PutAsJsonAsync($"/api/v1/inventory/{shop.Variants[1]}", new { lowStockThreshold = (long?)null })
            .ShouldBeAsync(200);
        Assert.Empty(await AlertsAsync(shop));
        await shop.ReserveAsync(new[] { Shop.Line(shop.Variants[2], 5) }).ShouldBeAsync(201);
        Assert.Equal([(shop.Variants[2], "sold_out", 0)], await AlertsAsync(shop));
        await Shop.VerifyAsync(Db);
        await shop.Staff.GetAsync("/api/v1/inventory/alerts").ShouldBeAsync(400, "invalid_request");
        await shop.Staff.GetAsync($"/api/v1/inventory/alerts?storeId={Guid.CreateVersion7()}").ShouldBeAsync(404, "not_found");
    }

    [Fact]
    public async Task Lost_and_forgotten_alerts_are_found_and_made_anew()
    {
        var shop = await Shop.OpenAsync(host.Server, 3, 3, 3);
        foreach (var variant in shop.Variants[..2])
        {
            await shop.ReserveAsync(new[] { Shop.Line(variant, 3) }).ShouldBeAsync(201);
        }

        var before = await AlertsAsync(shop);
        Assert.Equal(2, before.Count);
        var since = await SinceAsync(shop);
        await Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("DELETE FROM stock_alerts WHERE store_id = $1", shop.Id);
            await tx.ExecuteAsync("INSERT INTO stock_alerts (variant_id, store_id, since) VALUES ($1, $2, $3)", shop.Variants[2], shop.Id,
                await tx.NowAsync());
        });
        Assert.Equal(3, await Shop.BrokenAsync(Db, InventoryModule.Invariants.Single(i => i.Name == "alerts_are_of_what_runs_out")));
        var lines = await Db.WriteAsync(InventoryModule.Repairs.Single(r => r.Name == "alerts_from_the_stock").RunAsync);
        Assert.Equal(3, lines.Count(l => shop.Variants.Any(v => l.Contains(v.ToString(), StringComparison.Ordinal))));
        Assert.Equal(before, await AlertsAsync(shop));
        Assert.Equal(since, await SinceAsync(shop));
        await Shop.VerifyAsync(Db);
    }

    [Fact]
    public async Task Pages_of_alerts_have_each_once()
    {
        var shop = await Shop.OpenAsync(host.Server, 1, 1, 1, 1, 1);
        await shop.ReserveAsync(shop.Variants.Select(v => Shop.Line(v, 1)).ToArray()).ShouldBeAsync(201);
        await HandledAsync();
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await shop.Staff.GetAsync($"/api/v1/inventory/alerts?storeId={shop.Id}&limit=2&cursor={cursor}").ShouldBeAsync(200);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("variantId").GetGuid()));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(shop.Variants, seen.Order());
    }

    private Task HandledAsync() => Until.TrueAsync("the events are handled", async () =>
        await Db.ReadAsync(s => s.FirstAsync("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM deliveries)", r => r.Long(0)))
        == 0);

    private async Task<List<(Guid, string, long)>> AlertsAsync(Shop shop)
    {
        await HandledAsync();
        var page = await shop.Staff.GetAsync($"/api/v1/inventory/alerts?storeId={shop.Id}").ShouldBeAsync(200);
        return [.. page.GetProperty("items").EnumerateArray()
            .Select(i =>
            (i.GetProperty("variantId").GetGuid(), i.GetProperty("kind").GetString()!, i.GetProperty("available").GetInt64()))];
    }

    private Task<List<DateTime>> SinceAsync(Shop shop) =>
        Db.ReadAsync(s => s.QueryAsync("SELECT since FROM stock_alerts WHERE store_id = $1 ORDER BY variant_id", r => r.Time(0), shop.Id));
}

public sealed class StockAlert_on_sqlite(SqliteHost host) : StockAlertTests(host), IClassFixture<SqliteHost>;

public sealed class StockAlert_on_postgresql(PostgresHost host) : StockAlertTests(host), IClassFixture<PostgresHost>;

/// <summary>The same of alerts that a broker feeds.</summary>
[Slow]
public abstract class StockAlertsByBrokerTests(Backend backend, string way)
{
    [Fact]
    public async Task Lost_and_forgotten_alerts_are_found_and_made_anew_and_what_is_on_its_way_is_left_to_it()
    {
        await using var brokered = await Brokered.StartAsync(backend, way);
        var server = await brokered.ServeAsync();
        var (db, shop) = (brokered.Database.Db, await Shop.OpenAsync(server, 3, 3, 3, 3));
        foreach (var variant in shop.Variants[..3])
        {
            await shop.ReserveAsync(new[] { Shop.Line(variant, 3) }).ShouldBeAsync(201);
        }

        await Until.TrueAsync("the broker has brought all",
            async () => await db.ReadAsync(s => s.FirstAsync("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM stock s "
            + "LEFT JOIN inbox i ON i.consumer = 'low-stock' AND i.subject = s.variant_id WHERE COALESCE(i.sequence, 0) < "
            + "s.event_sequence)", r => r.Long(0))) == 0);
        var before = await AlertsAsync(db);
        Assert.Equal(shop.Variants[..3], before.Select(a => a.Variant));
        var invariant = InventoryModule.Invariants.Single(i => i.Name == "alerts_are_of_what_runs_out");
        Assert.Equal(0, await Shop.BrokenAsync(db, invariant));
        await brokered.StopAsync(server);
        await db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("DELETE FROM stock_alerts");
            await tx.ExecuteAsync("INSERT INTO stock_alerts (variant_id, store_id, since) VALUES ($1, $2, $3)", shop.Variants[3], shop.Id,
                await tx.NowAsync());

            // The third one's event is on its way, as far as anybody can tell.
            await tx.ExecuteAsync("UPDATE inbox SET sequence = sequence - 1 WHERE consumer = 'low-stock' AND subject = $1",
                shop.Variants[2]);
        });
        Assert.Equal(3, await Shop.BrokenAsync(db, invariant));
        Assert.Equal(3, (await db.WriteAsync(InventoryModule.Repairs.Single(r => r.Name == "alerts_from_the_stock").RunAsync)).Count);
        Assert.Equal(before[..2], await AlertsAsync(db));
        Assert.Equal(0, await Shop.BrokenAsync(db, invariant));
    }

    private static Task<List<(Guid Variant, DateTime Since)>> AlertsAsync(Db db) =>
        db.ReadAsync(s => s.QueryAsync("SELECT variant_id, since FROM stock_alerts ORDER BY variant_id", r => (r.Uuid(0), r.Time(1))));
}

public sealed class StockAlerts_by_rabbitmq_on_postgresql() : StockAlertsByBrokerTests(Backend.Postgres, MessagingOptions.RabbitMq);

public sealed class StockAlerts_by_kafka_on_sqlite() : StockAlertsByBrokerTests(Backend.Sqlite, MessagingOptions.Kafka);
