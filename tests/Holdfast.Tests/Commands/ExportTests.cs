using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Commands.Tables;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Commands;

public abstract class ExportTests(TestHost host) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-").FullName;

    [Fact]
    public async Task Every_line_of_every_order_is_a_row_that_no_spreadsheet_runs()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 5_000, 5_000, 5_000);
        for (var i = 0; i < 3; i++)
        {
            var body = shop.Body((0, 1), (1, 2));
            body["note"] = "=HYPERLINK(\"http://evil.example\")";
            body["contactPhone"] = "+84 90 000 0000";
            body["customer"] = new JsonObject { ["email"] = "a@example.com", ["name"] = "Đặng \"Ánh\", Jr." };
            Assert.Equal(201, (await Shop.PostAsync(host.Server.Guest, "/orders", body)).Status);
        }

        var file = Path.Combine(_folder, "orders.csv");
        await File.WriteAllTextAsync(file, "old", TestContext.Current.CancellationToken);
        Assert.Equal(0, await Export.OrdersAsync(host.Server.Db, file, bom: false, TestContext.Current.CancellationToken));
        Assert.Equal(["orders.csv"], Directory.GetFiles(_folder).Select(Path.GetFileName));

        var rows = Read(file).Where(r => r["store_id"] == shop.StoreId.ToString()).ToList();
        Assert.Equal(6, rows.Count);
        Assert.Equal(3, rows.Select(r => r["order_id"]).Distinct().Count());
        Assert.All(rows, r =>
        {
            Assert.Equal("'=HYPERLINK(\"http://evil.example\")", r["note"]);
            Assert.Equal("'+84 90 000 0000", r["contact_phone"]);
            Assert.Equal("Đặng \"Ánh\", Jr.", r["customer_name"]);
            Assert.Equal(("5000", "5000", "VND", "pending", ""), (r["subtotal"], r["total"], r["currency"], r["status"], r["deleted_at"]));
        });
        Assert.Equal([("1", "1000", "1", "1000"), ("2", "2000", "2", "4000")],
            rows.Take(2).Select(r => (r["line"], r["unit_price"], r["quantity"], r["line_total"])).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_byte_order_mark_is_there_on_request(bool bom)
    {
        foreach (var what in new[] { "orders", "products" })
        {
            var file = Path.Combine(_folder, $"{what}.csv");
            Assert.Equal(0, what == "orders" ? await Export.OrdersAsync(host.Server.Db, file, bom, TestContext.Current.CancellationToken)
                : await Export.ProductsAsync(host.Server.Db, file, null, bom, TestContext.Current.CancellationToken));
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(bom, bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]));
            Assert.Equal(what == "orders" ? (byte)'o' : (byte)'s', bytes[bom ? 3 : 0]);
        }
    }

    [Fact]
    public async Task Numbers_below_zero_stay_numbers()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 5_000);
        Assert.Equal(201, (await Shop.PostAsync(host.Server.Guest, "/orders", shop.Body())).Status);
        await host.Server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE orders SET subtotal = -5, note = '-5' WHERE store_id = $1", shop.StoreId));
        var file = Path.Combine(_folder, "orders.csv");
        await Export.OrdersAsync(host.Server.Db, file, bom: true, TestContext.Current.CancellationToken);
        var row = Assert.Single(Read(file), r => r["store_id"] == shop.StoreId.ToString());
        Assert.Equal(("-5", "'-5"), (row["subtotal"], row["note"]));
    }

    [Fact]
    public async Task Products_that_are_exported_and_imported_again_stay_as_they_are()
    {
        var slug = $"s-{Guid.CreateVersion7():N}";
        var created = await Shop.PostAsync(host.Server.Admin, "/stores",
            new JsonObject { ["name"] = slug, ["slug"] = slug, ["currency"] = "BRL" });
        Assert.Equal(201, created.Status);
        var store = created.Body.GetProperty("id").GetString();
        string[] names = ["=1+1", "'=x", "＝SUM", "|cmd", "-Áo; \"dài\", lụa", "plain"];
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            var variants = new JsonArray(new JsonObject
            {
                ["sku"] = $"+{i}",
                ["price"] = 100_000 + i,
                ["name"] = "@M",
                ["attributes"] = new JsonObject { ["size"] = "-1", ["Size"] = "L", ["màu,"] = "\"đỏ\"" }
            },
                new JsonObject { ["sku"] = $"{i},b", ["price"] = 5, ["active"] = false, ["purchaseLimit"] = 3 });
            var product = new JsonObject
            {
                ["storeId"] = store,
                ["name"] = name,
                ["description"] = "+one\n=two\n\n'three",
                ["category"] = "@",
                ["variants"] = variants
            };
            var made = await Shop.PostAsync(host.Server.Admin, "/products", product);
            Assert.True(made.Status == 201, made.Body.ToString());
        }

        var file = Path.Combine(_folder, "products.csv");
        Assert.Equal(0, await Export.ProductsAsync(host.Server.Db, file, slug, bom: true, TestContext.Current.CancellationToken));
        Assert.Equal(12, Read(file).Count);
        Assert.All(Read(file), r => Assert.Matches(@"^\d+\.\d\d$", r["price"]));
        string[] cells = ["'=1+1", "''=x", "'＝SUM", "'|cmd"];
        Assert.Equal(cells.Order(StringComparer.Ordinal), Read(file).Select(r => r["product"])
            .Where(p => p.StartsWith('\'') && p[1] != '-').Distinct().Order(StringComparer.Ordinal));
        using var output = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, await ImportProducts.RunAsync(host.Server.Db, file, output, TestContext.Current.CancellationToken));
        Assert.Equal("products.csv: 0 variants created (0 new products), 0 changed, 12 as they were; 0 receipts of stock; 0 rows "
            + "refused.\n", output.ToString());
        Assert.Equal("--store: there is no store 'nobody'.", (await Assert.ThrowsAsync<StartupException>(
            () => Export.ProductsAsync(host.Server.Db, file, "nobody", bom: false, TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task Pages_join_without_a_gap_or_a_double()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 5_000);
        await Task.WhenAll(Enumerable.Range(0, 1_100).Select(_ => Shop.PostAsync(host.Server.Guest, "/orders", shop.Body())));
        var file = Path.Combine(_folder, "many.csv");
        await Export.OrdersAsync(host.Server.Db, file, bom: false, TestContext.Current.CancellationToken);
        var ids = Read(file).Where(r => r["store_id"] == shop.StoreId.ToString()).Select(r => r["order_id"]).ToList();
        Assert.Equal(1_100, ids.Count);
        Assert.Equal(1_100, ids.Distinct().Count());
    }

    [Fact]
    public async Task Interrupted_it_leaves_the_file_that_was_there()
    {
        var file = Path.Combine(_folder, "orders.csv");
        await File.WriteAllTextAsync(file, "old", TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Export.OrdersAsync(host.Server.Db, file, bom: false, new CancellationToken(canceled: true)));
        Assert.Equal("old", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(_folder));
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static List<Dictionary<string, string>> Read(string file)
    {
        using var reader = new StreamReader(file);
        var records = CsvRecords.Read(reader).ToList();
        Assert.All(records, r => Assert.Null(r.Fault));
        return [.. records.Skip(1).Select(r => records[0].Fields!.Zip(r.Fields!).ToDictionary(p => p.First, p => p.Second))];
    }
}

public sealed class Export_on_sqlite(SqliteHost host) : ExportTests(host), IClassFixture<SqliteHost>;

public sealed class Export_on_postgresql(PostgresHost host) : ExportTests(host), IClassFixture<PostgresHost>;
