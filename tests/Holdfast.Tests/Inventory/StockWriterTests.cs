using Holdfast.Catalog.Storage;
using Holdfast.Inventory;
using Holdfast.Inventory.Storage;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Inventory;

/// <summary>Stock by the thousand, what the catalog shows of it, and what verify says when somebody has been at the tables.</summary>
public abstract class StockWriterTests(Backend backend)
{
    private Task<TestServer> ServeAsync() => TestServer.StartAsync(backend);

    [Fact]
    public async Task Receives_each_variant_once_by_reference()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, null, null, 5);
        var now = await server.Db.ReadAsync(s => s.NowAsync());
        (Guid, Guid, long)[] first = [(shop.Variants[1], shop.Id, 8), (shop.Variants[0], shop.Id, 7)];
        (Guid, Guid, long)[] second = [.. first, (shop.Variants[2], shop.Id, 9)];
        Assert.Equal(2, (await server.Db.WriteAsync(tx => StockWriter.ReceiveAsync(tx, first, "import", now))).Written);
        Assert.Equal(1, (await server.Db.WriteAsync(tx => StockWriter.ReceiveAsync(tx, second, "import", now))).Written);
        Assert.Equal(0, (await server.Db.WriteAsync(tx => StockWriter.ReceiveAsync(tx, second, "import", now))).Written);
        Assert.Equal((7, 0, 7, 0), await shop.StockAsync(shop.Variants[0]));
        Assert.Equal((8, 0, 8, 0), await shop.StockAsync(shop.Variants[1]));
        Assert.Equal((14, 0, 14, 0), await shop.StockAsync(shop.Variants[2]));
        await Shop.VerifyAsync(server.Db);
    }

    [Fact]
    public async Task A_quantity_of_nothing_makes_the_row_alone()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 0);
        Assert.Equal(1, await server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM stock", r => r.Long(0))));
        Assert.Equal(0, await server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM stock_movements", r => r.Long(0))));
        Assert.Equal((0, 0, 0, 0), await shop.StockAsync());
        await Shop.VerifyAsync(server.Db);
    }

    [Fact]
    public async Task The_catalog_reads_what_is_available()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 7, null);
        await shop.ReserveAsync(3).ShouldBeAsync(201);
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -2, reason = "broken" }).ShouldBeAsync(201);
        var available = await server.Db.ReadAsync(s => server.Get<AvailabilityReader>()(s, shop.Variants));
        Assert.Equal(new Dictionary<Guid, long> { [shop.Variant] = 2 }, available);
    }

    [Theory]
    [InlineData("UPDATE stock SET on_hand = on_hand + 1", "stock_is_the_sum_of_its_ledger")]
    [InlineData("UPDATE stock SET reserved = 0", "stock_is_the_sum_of_its_ledger")]
    [InlineData("UPDATE stock SET movements = 9", "stock_ledger_has_no_gaps")]
    [InlineData("DELETE FROM stock_movements WHERE sequence = 1", "stock_ledger_has_no_gaps")]
    [InlineData("DELETE FROM stock", "stock_ledger_belongs_to_stock")]
    [InlineData("UPDATE stock SET shortfall = 1", "stock_shortfall_is_what_is_missing")]
    [InlineData("UPDATE stock SET store_id = variant_id", "stock_is_of_a_variant_of_the_store")]
    [InlineData("UPDATE stock SET event_sequence = 3", "stock_events_are_counted")]
    [InlineData("UPDATE reservations SET status = 'released'", "reservations_hold_what_the_ledger_says")]
    [InlineData("UPDATE reservation_lines SET quantity = 1", "reservations_hold_what_the_ledger_says")]
    [InlineData("DELETE FROM events", "reservations_have_an_event_per_step")]
    public async Task Every_invariant_can_be_seen_broken(string damage, string name)
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 7);
        await shop.ReserveAsync(3).ShouldBeAsync(201);
        await Shop.VerifyAsync(server.Db);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync(damage));
        Assert.True(await Shop.BrokenAsync(server.Db, InventoryModule.Invariants.Single(i => i.Name == name)) > 0);
    }

    [Theory]
    [InlineData("UPDATE stock SET on_hand = 100, reserved = 99, shortfall = 5, movements = 50, event_sequence = 7")]
    [InlineData("DELETE FROM stock")]
    public async Task Repairs_balances_from_the_ledger_and_says_so(string damage)
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 7, 5);
        await shop.ReserveAsync(3).ShouldBeAsync(201);
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -5, reason = "broken" }).ShouldBeAsync(201);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync(damage + " WHERE variant_id = $1", shop.Variant));
        var repair = InventoryModule.Repairs.Single(r => r.Name == "stock_from_its_ledger");
        var lines = await server.Db.WriteAsync(repair.RunAsync);
        Assert.Contains($"stock {shop.Variant}: on hand ", Assert.Single(lines));
        Assert.Contains("-> 2, reserved ", lines[0]);
        Assert.Equal((2, 3, 0, 1), await shop.StockAsync());
        await Shop.VerifyAsync(server.Db);
        Assert.Empty(await server.Db.WriteAsync(repair.RunAsync));
        await shop.PostAsync($"{shop.Variant}/receipts", new { quantity = 2, reference = "after" }).ShouldBeAsync(201);
        await Shop.VerifyAsync(server.Db);
    }

    [Fact]
    public async Task Does_not_invent_what_the_ledger_does_not_say()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 7);
        await shop.ReserveAsync(3).ShouldBeAsync(201);
        await shop.PostAsync($"{shop.Variant}/adjustments", new { delta = -5, reason = "broken" }).ShouldBeAsync(201);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM stock_movements WHERE sequence = 1"));
        var line = Assert.Single(
            await server.Db.WriteAsync(InventoryModule.Repairs.Single(r => r.Name == "stock_from_its_ledger").RunAsync));
        Assert.Contains("not repaired", line);
        Assert.Equal((2, 3, 0, 1), await shop.StockAsync());
    }
}

public sealed class StockWriter_on_sqlite() : StockWriterTests(Backend.Sqlite);

public sealed class StockWriter_on_postgresql() : StockWriterTests(Backend.Postgres);
