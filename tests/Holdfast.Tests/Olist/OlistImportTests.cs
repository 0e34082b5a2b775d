using Holdfast.Commands.Olist;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Olist;

public abstract class OlistImportTests(Backend backend)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly string S1 = OlistSamples.Id("5a"), S2 = OlistSamples.Id("5b"), P1 = OlistSamples.Id("b1"),
        P2 = OlistSamples.Id("b2");

    [Fact]
    public async Task Imports_once_and_adds_what_a_larger_data_set_needs()
    {
        await using var database = await TestDb.CreateAsync(backend);
        var one = (P1, S1, "10");
        Assert.Equal(new Written(1, 1, 1, 1, 2), await ImportAsync(database.Db, one, one));
        Assert.Equal(default, await ImportAsync(database.Db, one, one));

        // One more price of the known product, another store, two more pieces of what is there.
        Assert.Equal(new Written(1, 1, 2, 3, 4), await ImportAsync(database.Db, one, one, one, one, (P1, S1, "12.50"), (P2, S2, "7")));
        Assert.Equal(default, await ImportAsync(database.Db, one, one, one, one, (P1, S1, "12.50"), (P2, S2, "7")));
        Assert.Equal(default, await ImportAsync(database.Db, one));

        var stock = await database.Db.ReadAsync(s => s.QueryAsync(
            "SELECT v.external_id, v.price, k.on_hand, st.external_id, st.currency FROM variants v JOIN stock k ON k.variant_id = v.id "
            + "JOIN stores st ON st.id = v.store_id ORDER BY v.price",
            r => (r.Text(0), r.Long(1), r.Long(2), r.Text(3), r.Text(4))));
        Assert.Equal([($"{P2}:{S2}:700", 700, 1, S2, "BRL"), ($"{P1}:{S1}:1000", 1000, 4, S1, "BRL"),
            ($"{P1}:{S1}:1250", 1250, 1, S1, "BRL")], stock);
        Assert.Equal(2,
            await database.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM variants v JOIN products p ON p.id = v.product_id WHERE p.external_id = $1", r => r.Long(0),
            P1)));
    }

    [Fact]
    public async Task Two_imports_at_once_write_everything_once()
    {
        await using var database = await TestDb.CreateAsync(backend);
        var items = Enumerable.Range(0, 60).Select(n => (OlistSamples.Id($"b{n % 20:x2}"), n % 2 == 0 ? S1 : S2, $"{10 + (n / 20)}"))
            .ToArray();
        var other = database.Open();
        var written = await Task.WhenAll(Task.Run(() => ImportAsync(database.Db, items)), Task.Run(() => ImportAsync(other, items)));
        Assert.Equal(new Written(2, 20, 60, 60, 60), written[0] + written[1]);
        Assert.Equal(60, await database.Db.ReadAsync(s => s.FirstAsync("SELECT SUM(on_hand) FROM stock", r => r.Long(0))));
    }

    private static async Task<Written> ImportAsync(Db db, params (string Product, string Seller, string Price)[] items)
    {
        var (customer, order) = (OlistSamples.Id("c1"), OlistSamples.Id("01"));
        var folder = OlistSamples.Write($"{S1},01001,são paulo,SP\n{S2},93310,porto alegre,RS",
            string.Join('\n', items.Select(i => i.Product).Distinct().Select(p => $"{p},bebes")),
            $"{customer},{customer},01001,são paulo,SP",
            $"{order},{customer},delivered,2018-01-01 10:00:00,2018-01-01 11:00:00",
            string.Join('\n', items.Select((i, n) => $"{order},{n + 1},{i.Product},{i.Seller},x,{i.Price},1")));
        try
        {
            var data = await OlistFiles.ReadAsync(folder, Ct);
            Assert.Empty(data.BadRows);
            var plan = OlistPlanner.Plan(data);
            var import = new OlistImport(db, plan, data.Products);
            await import.RunAsync(new Progress("", plan.Variants.Count), Ct);
            return import.Written;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

public sealed class OlistImport_on_sqlite() : OlistImportTests(Backend.Sqlite);

public sealed class OlistImport_on_postgresql() : OlistImportTests(Backend.Postgres);
