using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Commands.Products;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Commands;

public abstract class ExportOrdersTests(TestHost host) : IDisposable
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
        Assert.Equal(0, await ExportOrders.RunAsync(host.Server.Db, file, TestContext.Current.CancellationToken));
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

    [Fact]
    public async Task Pages_join_without_a_gap_or_a_double()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 5_000);
        await Task.WhenAll(Enumerable.Range(0, 1_100).Select(_ => Shop.PostAsync(host.Server.Guest, "/orders", shop.Body())));
        var file = Path.Combine(_folder, "many.csv");
        await ExportOrders.RunAsync(host.Server.Db, file, TestContext.Current.CancellationToken);
        var ids = Read(file).Where(r => r["store_id"] == shop.StoreId.ToString()).Select(r => r["order_id"]).ToList();
        Assert.Equal(1_100, ids.Count);
        Assert.Equal(1_100, ids.Distinct().Count());
    }

    [Fact]
    public async Task Interrupted_it_leaves_the_file_that_was_there()
    {
        var file = Path.Combine(_folder, "orders.csv");
        await File.WriteAllTextAsync(file, "old", TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ExportOrders.RunAsync(host.Server.Db, file, new CancellationToken(canceled: true)));
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

public sealed class ExportOrders_on_sqlite(SqliteHost host) : ExportOrdersTests(host), IClassFixture<SqliteHost>;

public sealed class ExportOrders_on_postgresql(PostgresHost host) : ExportOrdersTests(host), IClassFixture<PostgresHost>;
