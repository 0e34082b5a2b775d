using System.Text;
using Holdfast.Commands;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Catalog;

/// <summary>A file that writes names in another way than the shop has them makes no twins.</summary>
public abstract class ImportTextTests(TestHost host)
{
    private const string Composed = "S\u00e1ch \u1ea3nh";
    private const string Decomposed = "Sa\u0301ch a\u0309nh";

    [Fact]
    public async Task Names_and_skus_are_one_however_they_are_written()
    {
        var store = await host.Server.Admin.Post("/stores", new { name = "S", slug = $"s-{Guid.CreateVersion7():N}", currency = "VND" });
        var slug = (string)store["slug"]!;
        Assert.EndsWith("1 variants created (1 new products), 0 changed, 0 as they were; 1 receipts of stock; 0 rows refused.\n",
            await ImportAsync($"store,product,sku,price,category,quantity,reference\n{slug},{Composed},AB-100,5,{Composed},10,DN 7\n"));
        foreach (var (name, sku, category, note) in new[] { (Decomposed, "AB-100", Decomposed, "dn 7"),
            (Composed, "ab-100", Composed, "\uff24\uff2e 7"), (Decomposed, "AB\u200b-100", Composed, "DN\u00a07") })
        {
            Assert.EndsWith("0 variants created (0 new products), 0 changed, 1 as they were; 0 receipts of stock; 0 rows refused.\n",
                await ImportAsync($"store,product,sku,price,category,quantity,reference\n{slug},{name},{sku},5,{category},10,{note}\n"));
        }

        var product = Assert.Single((await host.Server.Admin.Get($"/products?storeId={store.Id}")).Items)!;
        Assert.Equal((Composed, Composed, "AB-100", 10L),
            ((string?)product["name"], (string?)product["category"], (string?)product["variants"]!.AsArray().Single()!["sku"],
            (long)product["variants"]![0]!["available"]!));
        Assert.Contains("stands on line 2 already",
            await ImportAsync($"store,product,sku,price\n{slug},A,x\u00e9,5\n{slug},A,Xe\u0301,6\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("S\u00e1ch \u1ea3nh\u200b")]
    [InlineData("\u2060Sa\u0301ch a\u0309nh")]
    [InlineData("\uff33\u00e1ch \u1ea3nh")]
    [InlineData("S\u00c1CH \u1ea3nh")]
    public async Task A_new_sku_joins_the_product_whose_name_looks_the_same(string name)
    {
        var store = await host.Server.Admin.Post("/stores", new { name = "S", slug = $"s-{Guid.CreateVersion7():N}", currency = "VND" });
        var slug = (string)store["slug"]!;
        await ImportAsync($"store,product,sku,price\n{slug},{Composed},AB-100,5\n");
        Assert.EndsWith("1 variants created (0 new products), 0 changed, 0 as they were; 0 receipts of stock; 0 rows refused.\n",
            await ImportAsync($"store,product,sku,price\n{slug},{name},AB-101,5\n"));
        Assert.EndsWith("1 variants created (0 new products), 1 changed, 0 as they were; 0 receipts of stock; 0 rows refused.\n",
            await ImportAsync($"store,product,sku,price\n{slug},{name},AB-100,6\n{slug},{name},AB-102,5\n"));
        var product = Assert.Single((await host.Server.Admin.Get($"/products?storeId={store.Id}")).Items)!;
        Assert.Equal((Composed, 3), ((string?)product["name"], product["variants"]!.AsArray().Count));

        // Two names in one file are one, too; and after a rename the new one is found.
        Assert.EndsWith("2 variants created (1 new products), 0 changed, 0 as they were; 0 receipts of stock; 0 rows refused.\n",
            await ImportAsync($"store,product,sku,price\n{slug},B\u00e9,b-1,5\n{slug},Be\u200b\u0301,b-2,5\n"));
        Assert.Equal(200, (int)(await host.Server.Admin.Put($"/products/{(string)product["id"]!}",
            new { name = "Other", variants = new[] { new { sku = "AB-100", price = 7 } } }, "*")).Status);
        Assert.EndsWith("1 variants created (0 new products), 0 changed, 0 as they were; 0 receipts of stock; 0 rows refused.\n",
            await ImportAsync($"store,product,sku,price\n{slug},OTHER\u200b,AB-103,5\n"));
    }

    private async Task<string> ImportAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-csv-").FullName;
        try
        {
            var path = Path.Combine(folder, "p.csv");
            await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), TestContext.Current.CancellationToken);
            var output = new StringWriter { NewLine = "\n" };
            await ImportProducts.RunAsync(host.Server.Db, path, output, TestContext.Current.CancellationToken);
            return output.ToString();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

public sealed class ImportText_on_sqlite(SqliteHost host) : ImportTextTests(host), IClassFixture<SqliteHost>;

public sealed class ImportText_on_postgresql(PostgresHost host) : ImportTextTests(host), IClassFixture<PostgresHost>;
