using System.Diagnostics;
using System.Text;
using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Catalog;

public abstract class ImportProductsTests(TestDatabase database)
{
    private const string Header = "store,product,sku,name,price,category,attribute:size\n";

    private Db Db => database.Db;

    [Fact]
    public async Task Makes_products_and_changes_nothing_the_second_time()
    {
        var slug = await NewStoreAsync("BRL");
        var file = $""""
            store,product,sku,name,price,category,description,active,purchaseLimit,attribute:size,attribute:màu
            {slug},Áo thun,A-S,Small,58.9,Áo,"Cotton.
            ""Soft""",,,S,đỏ
            {slug},Áo thun,A-M,Medium,60,,,false,2,M,

            {slug},Mũ,M-1,,1234567.89,,,true,,,
            ,,,,,,,,,,
            """";
        var (code, output) = await ImportAsync(file);
        Assert.Equal((0, "p.csv: 3 variants created (2 new products), 0 changed, 0 as they were; 0 receipts of stock; 0 rows refused.\n"),
            (code, output));
        var products = await ProductsAsync(slug);
        var shirt = products["Áo thun"];
        Assert.Equal(("Áo", "Cotton.\n\"Soft\"", 1), (shirt.Category, shirt.Description, shirt.Version));
        Assert.Equal([("A-S", "Small", 5890, true, null), ("A-M", "Medium", 6000, false, 2)],
            shirt.Variants.Select(v => (v.Sku, v.Name, v.Price, v.Active, v.PurchaseLimit)));
        Assert.Equal([("màu", "đỏ"), ("size", "S")], shirt.Variants[0].Attributes.Select(a => (a.Key, a.Value)).Order());
        Assert.Equal(("M-1", null, 123456789), products["Mũ"].Variants.Select(v => (v.Sku, v.Name, v.Price)).Single());

        (code, output) = await ImportAsync(file);
        Assert.Equal((0, "p.csv: 0 variants created (0 new products), 0 changed, 3 as they were; 0 receipts of stock; 0 rows refused.\n"),
            (code, output));
        Assert.Equal(1, (await ProductsAsync(slug))["Áo thun"].Version);
    }

    [Fact]
    public async Task Changes_what_is_said_and_leaves_the_rest()
    {
        var slug = await NewStoreAsync();
        await ImportAsync($"{Header}{slug},Shirt,S,small,100,Clothes,S\n{slug},Shirt,M,medium,100,Clothes,M\n");
        var before = (await ProductsAsync(slug))["Shirt"];
        var (code, output) = await ImportAsync($"sku,price,product,store\nS,150,Shirt,{slug}\nL,200,Shirt,{slug}\nM,100,Shirt,{slug}\n");
        Assert.Equal((0, "p.csv: 1 variants created (0 new products), 1 changed, 1 as they were; 0 receipts of stock; 0 rows refused.\n"),
            (code, output));
        var after = (await ProductsAsync(slug))["Shirt"];
        Assert.Equal((before.Id, "Clothes"), (after.Id, after.Category));
        Assert.Equal([("S", "small", 150, "S"), ("M", "medium", 100, "M"), ("L", null, 200, null)],
            after.Variants.Select(v => (v.Sku, v.Name, v.Price, v.Attributes.GetValueOrDefault("size"))));
        Assert.Equal(before.Variants.Select(v => v.Id), after.Variants.Take(2).Select(v => v.Id));
        Assert.Equal(1,
            await Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM products WHERE store_id = $1 AND search_text LIKE '% l'", r => r.Long(0), after.StoreId)));
    }

    [Theory]
    [InlineData("sku,price,product,store,active\nS,150,Shirt,{0},\n")]
    [InlineData("sku,price,product,store\nS,150,Shirt,{0}\n")]
    public async Task What_is_not_for_sale_stays_so_until_a_file_says_otherwise(string file)
    {
        var slug = await NewStoreAsync();
        await ImportAsync($"sku,price,product,store,active\nS,100,Shirt,{slug},false\n");
        await ImportAsync(file.Replace("{0}", slug, StringComparison.Ordinal));
        var shirt = (await ProductsAsync(slug))["Shirt"].Variants.Single();
        Assert.Equal((150, false), (shirt.Price, shirt.Active));
    }

    [Fact]
    public async Task Receives_stock_once_per_reference()
    {
        var slug = await NewStoreAsync();
        var file = $"store,product,sku,price,quantity,reference\n{slug},A,a,1,10,\n{slug},A,b,1,5,note 7\n{slug},A,c,1,,note 7\n";
        Assert.Equal("p.csv: 3 variants created (1 new products), 0 changed, 0 as they were; 2 receipts of stock; 0 rows refused.\n",
            (await ImportAsync(file)).Output);
        Assert.Equal("p.csv: 0 variants created (0 new products), 0 changed, 3 as they were; 0 receipts of stock; 0 rows refused.\n",
            (await ImportAsync(file)).Output);
        Assert.EndsWith("; 1 receipts of stock; 0 rows refused.\n",
            (await ImportAsync($"store,product,sku,price,quantity,reference\n{slug},A,a,1,3,note 8\n")).Output);
        var stock = await Db.ReadAsync(s =>
            s.QueryAsync(
            "SELECT v.sku, k.on_hand FROM variants v JOIN stores t ON t.id = v.store_id JOIN stock k ON k.variant_id = v.id WHERE t.slug "
            + "= $1 ORDER BY v.sku",
            r => (r.Text(0), r.Long(1)), slug));
        Assert.Equal([("a", 13), ("b", 5)], stock);
        Assert.Equal("p.csv line 2, column quantity: '-1' is not a whole number from 0 to 1000000000",
            (await ImportAsync($"store,product,sku,price,quantity\n{slug},A,a,1,-1\n")).Output.Split('\n')[0]);
    }

    [Theory]
    [InlineData("no-such-store,P,x,,100,,", "store: there is no store 'no-such-store'")]
    [InlineData(",P,x,,100,,", "store: is empty")]
    [InlineData("{0},,x,,100,,", "product: is empty")]
    [InlineData("{0},P,,,100,,", "sku: is empty")]
    [InlineData("{0},P,x,,,,", "price: is empty")]
    [InlineData("{0},P,x,,-1,,", "price: '-1' is not an amount in BRL, such as 199.00")]
    [InlineData("{0},P,x,,1.234,,", "price: 1.234 can be read as 1.234 or 1234; say --decimal=. or --decimal=,")]
    [InlineData("{0},P,x,,\"1,500\",,", "price: 1,500 can be read as 1.5 or 1500; say --decimal=. or --decimal=,")]
    [InlineData("{0},P,x,,1.2345,,", "price: '1.2345' is not an amount in BRL, such as 199.00")]
    [InlineData("{0},P,x,,1e309,,", "price: '1e309' is not an amount in BRL, such as 199.00")]
    [InlineData("{0},P,x,,9223372036854775808,,", "price: '9223372036854775808' is not an amount in BRL, such as 199.00")]
    [InlineData("{0},P,x,,10000000000000.01,,", "price: '10000000000000.01' is not an amount in BRL, such as 199.00")]
    [InlineData("{0},P,x\0,,1,,", "sku: has control characters or line breaks")]
    [InlineData("{0},P,x\uFFFD,,1,,", "sku: has bytes that are no characters in the encoding of the file")]
    [InlineData("{0},\"P\nQ\",x,,1,,", "product: has control characters or line breaks")]
    [InlineData("{0},P,good-1,,1,,", "sku: 'good-1' stands on line 2 already")]
    [InlineData("{0},Good,x,,1,other,", "category: is another one than on line 2 for the same product")]
    [InlineData("{0},Good,old,,1,,", "sku: 'old' is a variant of the product 'Old'")]
    public async Task Names_line_and_column_of_a_bad_row_and_goes_on(string row, string fault)
    {
        var slug = await NewStoreAsync("BRL");
        await ImportAsync($"{Header}{slug},Old,old,,1,,\n");
        var bad = row.Replace("{0}", slug, StringComparison.Ordinal);
        var (code, output) = await ImportAsync($"{Header}{slug},Good,good-1,,1,cat,\n{bad}\n{slug},Good,good-2,,1,,\n");
        Assert.Equal(
            $"p.csv line 3, column {fault}\np.csv: 2 variants created (1 new products), 0 changed, 0 as they were; 0 receipts of stock; 1 "
            + "rows refused.\n", output);
        Assert.Equal(1, code);
        var products = await ProductsAsync(slug);
        Assert.Equal(["Good", "Old"], products.Keys.Order());
        Assert.Equal(["good-1", "good-2"], products["Good"].Variants.Select(v => v.Sku));
        Assert.Equal("cat", products["Good"].Category);
    }

    [Theory]
    [InlineData("name,price",
        "line 1: there is no column store, product, sku (or say --store=SLUG); docs/import-products.md names the columns.")]
    [InlineData("store,product,sku,price,colour,x y",
        "line 1: not known: colour, x y (name a column attribute:NAME to keep it, or say --ignore-unknown); docs/import-products.md "
        + "names the columns.")]
    [InlineData("store,product,sku,price,SKU", "line 1: there twice: SKU; docs/import-products.md names the columns.")]
    [InlineData("store,product,price,attribute:",
        "line 1: there is no column sku; not known: attribute: (name a column attribute:NAME to keep it, or say --ignore-unknown); "
        + "docs/import-products.md names the columns.")]
    [InlineData("\"store,product", "line 1: a quote is not closed, or stands within a field that is not quoted.")]
    [InlineData("1,2",
        "line 1: there is no column store, product, sku, price (or say --store=SLUG); not known: 1, 2 (name a column attribute:NAME to "
        + "keep it, or say --ignore-unknown); docs/import-products.md names the columns.")]
    [InlineData("", "is empty: a header is missing.", true)]
    public async Task A_wrong_header_imports_nothing_and_is_told_in_one_sentence(string header, string sentence, bool alone = false)
    {
        var slug = await NewStoreAsync();
        var e = await Assert.ThrowsAsync<StartupException>(() => ImportAsync(alone ? "\n\n" : $"{header}\n{slug},P,x,1,\n"));
        Assert.Equal($"p.csv {sentence}", e.Message);
        Assert.Empty(await ProductsAsync(slug));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_row_by_row()
    {
        var slug = await NewStoreAsync();
        byte[] file = [.. Encoding.UTF8.GetBytes($"\uFEFF{Header}{slug},A,a,,1,,\n{slug},B"), 0xFF, 0xFE,
            .. Encoding.UTF8.GetBytes($",b,,1,,\n{slug},C,c,,1,,\n")];
        var (code, output) = await ImportAsync(file);
        Assert.Equal(
            (1, "p.csv line 3, column product: has bytes that are no characters in the encoding of the file\np.csv: 2 variants created "
            + "(2 new products), 0 changed, 0 as they were; 0 receipts of stock; 1 rows refused.\n"), (code, output));

        // No mark, but UTF-8 on another line: so this one is damaged.
        (code, output) = await ImportAsync(
            [.. Encoding.UTF8.GetBytes($"{Header}{slug},Áo,d,,1,,\n{slug},B"), 0xFF, .. Encoding.UTF8.GetBytes(",e,,1,,\n")]);
        Assert.Equal(1, code);
        Assert.StartsWith(
            "p.csv line 3, column product: has bytes that are no characters in the encoding of the file\np.csv: 1 variants created",
            output);

        var random = new byte[20_000];
        new Random(1).NextBytes(random);
        Assert.StartsWith("p.csv ", (await Assert.ThrowsAsync<StartupException>(() => ImportAsync(random))).Message);
        (code, _) = await ImportAsync([.. Encoding.UTF8.GetBytes($"\uFEFF{Header}"), .. random]);
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task A_file_that_is_not_there_cannot_start()
    {
        var e = await Assert.ThrowsAsync<StartupException>(() =>
            ImportProducts.RunAsync(Db, "/nowhere/p.csv", TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.StartsWith("/nowhere/p.csv: ", e.Message);
        await Assert.ThrowsAsync<StartupException>(() =>
            ImportProducts.RunAsync(Db, Path.GetTempPath(), TextWriter.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_command_says_what_it_did()
    {
        var slug = await NewStoreAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("holdfast-csv-").FullName, "p.csv");
        await File.WriteAllTextAsync(file, $"{Header}{slug},Áo,a,,1,,\n{slug},Áo,b,,x,,\n", TestContext.Current.CancellationToken);
        var (code, output) = await ServerProcess.RunAsync(["import", "products", file], database.Test.Url);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.Equal(
            (1, "p.csv line 3, column price: 'x' is not an amount in VND, such as 19900\np.csv: 1 variants created (1 new products), 0 "
            + "changed, 0 as they were; 0 receipts of stock; 1 rows refused."),
            (code, output.Trim()));
    }

    [Fact]
    public async Task A_product_spread_over_the_file_is_one_product_with_at_most_250_variants()
    {
        var slug = await NewStoreAsync();
        var rows = Enumerable.Range(0, 251).SelectMany(i => new[] { $"{slug},Wide,w{i},,1,,", $"{slug},Other {i},o{i},,1,," });
        var (code, output) = await ImportAsync(Header + string.Join('\n', rows));
        Assert.Equal(1, code);
        Assert.StartsWith("p.csv line 502, column product: has 250 variants already\n", output);
        Assert.Equal(250, (await ProductsAsync(slug))["Wide"].Variants.Count);
    }

    [Fact]
    public async Task Two_imports_at_once_make_everything_once()
    {
        var slug = await NewStoreAsync();
        var file = Header + string.Join('\n', Enumerable.Range(0, 400).Select(i => $"{slug},P {i % 50},s{i},,1,,"));
        await using var other = Db.Open(database.Test.Url);
        var results = await Task.WhenAll(ImportAsync(file), ImportAsync(file, other));
        Assert.All(results, r => Assert.Equal(0, r.Code));
        var products = await ProductsAsync(slug);
        Assert.Equal((50, 400), (products.Count, products.Values.Sum(p => p.Variants.Count)));
    }

    [Fact]
    public async Task Others_write_while_it_runs()
    {
        var slug = await NewStoreAsync();
        var file = Header + string.Join('\n', Enumerable.Range(0, 6000).Select(i => $"{slug},P {i},s{i},,1,cat,M"));
        await using var server = Db.Open(database.Test.Url);
        var import = Task.Run(() => ImportAsync(file), TestContext.Current.CancellationToken);
        var (longest, writes, all) = (TimeSpan.Zero, 0, Stopwatch.StartNew());
        while (!import.IsCompleted)
        {
            var clock = Stopwatch.StartNew();
            await server.WriteAsync(tx => tx.ExecuteAsync("UPDATE stores SET metadata = $1 WHERE slug <> $2", $"{writes}", slug));
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            writes++;
            // SQLite does not queue its writers: one that comes back within a millisecond could keep the import out for good.
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, (await import).Code);
        // How many fit in depends on how fast the import is; held up until its end, one of two would take nearly as long as it does.
        Assert.True(longest < all.Elapsed * 3 / 4 && writes > 1, $"{writes} writes, the longest took {longest}, the import {all.Elapsed}");
    }

    [Fact]
    public async Task Interrupted_it_keeps_whole_slices_and_goes_on_later()
    {
        var slug = await NewStoreAsync();
        var file = Header + string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"{slug},P {i},s{i},,1,,"));
        using var cancel = new CancellationTokenSource();
        var import = ImportAsync(file, ct: cancel.Token);
        await Until.TrueAsync("something is imported", async () => (await ProductsAsync(slug)).Count > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import);
        Assert.Equal(0, (await ImportAsync(file)).Code);
        Assert.Equal(5000, (await ProductsAsync(slug)).Count);
    }

    private async Task<string> NewStoreAsync(string currency = "VND")
    {
        var slug = $"s-{Guid.CreateVersion7():N}";
        await Db.WriteAsync(async tx =>
        {
            var writer = new CatalogWriter(await tx.NowAsync());
            writer.Add(new Store { Id = Guid.CreateVersion7(), Slug = slug, Name = slug, Currency = currency });
            var batch = tx.Batch();
            writer.Save(batch);
            await batch.RunAsync();
        });
        return slug;
    }

    private Task<(int Code, string Output)> ImportAsync(string file, Db? db = null, CancellationToken ct = default) =>
        ImportAsync(Encoding.UTF8.GetBytes(file), db, ct);

    private async Task<(int Code, string Output)> ImportAsync(byte[] file, Db? db = null, CancellationToken ct = default)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-csv-").FullName;
        try
        {
            var path = Path.Combine(folder, "p.csv");
            await File.WriteAllBytesAsync(path, file, CancellationToken.None);
            var output = new StringWriter { NewLine = "\n" };
            var code = await ImportProducts.RunAsync(db ?? Db, path, output, ct);
            return (code, output.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Task<Dictionary<string, Product>> ProductsAsync(string slug) => Db.ReadAsync(async s =>
    {
        var found = await ProductTable.Table.QueryAsync(s,
            "JOIN stores t ON t.id = p.store_id WHERE t.slug = $1 AND p.deleted_at IS NULL", slug);
        return (await Products.WithVariantsAsync(s, found)).ToDictionary(p => p.Name);
    });
}

public sealed class ImportProducts_on_sqlite(SqliteDatabase database) : ImportProductsTests(database), IClassFixture<SqliteDatabase>;

public sealed class ImportProducts_on_postgresql(PostgresDatabase database)
    : ImportProductsTests(database), IClassFixture<PostgresDatabase>;
