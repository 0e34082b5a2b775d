using System.Text;
using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Commands;
using Holdfast.Commands.Products;
using Holdfast.Commands.Tables;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;
using Holdfast.Tests.Commands.Tables;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Catalog;

/// <summary>Files as people have them: of spreadsheets and of other shops, with numbers in the local form.</summary>
public abstract partial class ImportFilesTests(TestDatabase database) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-files-").FullName;

    private Db Db => database.Db;

    [Fact]
    public async Task A_separator_that_could_mean_thousands_is_refused_or_read_as_told()
    {
        var (dong, real) = (await NewStoreAsync("VND"), await NewStoreAsync("BRL"));
        var file = $"store;product;sku;price;quantity;purchaseLimit\n{dong};A;a;199.000;;\n{real};B;b;1.000;;\n{real};C;c;2,50;1.500;\n"
            + $"{real};D;d;3,5;;2,000\n{real};E;e;1.234,50;7,0;\n";
        var (code, output) = await ImportAsync("p.csv", file);
        Assert.Equal(1, code);
        Assert.StartsWith("p.csv line 2, column price: 199.000 can be read as 199 or 199000; say --decimal=. or --decimal=,\n"
            + "p.csv line 3, column price: 1.000 can be read as 1 or 1000; say --decimal=. or --decimal=,\n"
            + "p.csv line 4, column quantity: 1.500 can be read as 1.5 or 1500; say --decimal=. or --decimal=,\n"
            + "p.csv line 5, column purchaseLimit: 2,000 can be read as 2 or 2000; say --decimal=. or --decimal=,\n"
            + "p.csv: 1 variants created", output);
        Assert.Equal([("e", 123_450, 7)], await StockAsync(real));

        Assert.Equal(0, (await ImportAsync("p.csv", file, new ImportOptions { Table = new TableOptions(Decimal: DecimalMark.Comma) }))
            .Code);
        Assert.Equal([("a", 199_000, 0)], await StockAsync(dong));
        Assert.Equal([("b", 100_000, 0), ("c", 250, 1500), ("d", 350, 0), ("e", 123_450, 7)], await StockAsync(real));

        (code, output) = await ImportAsync("p.csv", file, new ImportOptions { Table = new TableOptions(Decimal: DecimalMark.Point) });
        Assert.Equal(1, code);
        Assert.Contains("p.csv line 4, column price: 2,50 does not fit --decimal=.\n", output);
        Assert.Equal([("a", 199, 0)], await StockAsync(dong));
    }

    [Fact]
    public async Task Headers_are_known_in_any_capitals_and_empty_columns_are_left_out()
    {
        var slug = await NewStoreAsync("VND");
        var file = $"\uFEFFsep=;\r\nProduct;SKU; Price ;Purchase Limit;purchase_note;ATTRIBUTE: Size;;\r\nÁo;a;199 "
            + "000;3;x;M;;\r\nÁo;b;1;;;;oops;\r\n";
        var (code, output) = await ImportAsync("p.csv", file, new ImportOptions(Store: slug, IgnoreUnknown: true));
        Assert.Equal((1, "p.csv line 4, column 7: has a value here and no name in the header\n"
            + "p.csv: 1 variants created (1 new products), 0 changed, 0 as they were; 0 receipts of stock; 1 rows refused.\n"),
                (code, output));
        var variant = (await ProductsAsync(slug)).Single().Variants.Single();
        Assert.Equal((199_000, 3, "M"), (variant.Price, variant.PurchaseLimit, variant.Attributes["Size"]));
    }

    [Fact]
    public async Task Spreadsheets_are_read_and_a_number_in_a_cell_is_what_it_is()
    {
        var slug = await NewStoreAsync("VND");
        SheetFile.Write(Path.Combine(_folder, "p.xlsx"),
            ("Hàng", [["store", "product", "sku", "price", "quantity", "active"], [slug, "Áo", "00123", 199000, 5, true],
            [slug, "Áo", "b", "199.000", null, false]]));
        var (code, output) = await ImportAsync("p.xlsx", null);
        Assert.Equal((1, "p.xlsx line 3, column price: 199.000 can be read as 199 or 199000; say --decimal=. or --decimal=,\n"
            + "p.xlsx: 1 variants created (1 new products), 0 changed, 0 as they were; 1 receipts of stock; 1 rows refused.\n"),
                (code, output));
        Assert.Equal([("00123", 199_000, 5)], await StockAsync(slug));
    }

    [Fact]
    public async Task A_receipt_that_is_told_again_with_another_quantity_is_named()
    {
        var slug = await NewStoreAsync("VND");
        const string Header = "store,product,sku,price,quantity,reference\n";
        await ImportAsync("p.csv", $"{Header}{slug},A,a,1,10,\n{slug},A,b,1,5,note 7\n{slug},A,c,1,0,\n");
        foreach (var dryRun in new[] { true, false })
        {
            var (code, output) = await ImportAsync("p.csv",
                $"{Header}{slug},A,a,1,12,\n{slug},A,b,1,5,note 7\n{slug},A,c,1,4,\n{slug},A,d,1,1,note 7\n",
                new ImportOptions(DryRun: dryRun));
            Assert.Equal(1, code);
            Assert.StartsWith("p.csv line 2, column quantity: 'a' has a receipt 'import' of 10 pieces already, and not of 12: give a "
                + "new delivery a reference of its own, or adjust the stock\np.csv: ", output);
            Assert.EndsWith("; 2 receipts of stock; 0 rows refused. 1 receipts differ from what is booked.\n", output);
        }

        Assert.Equal([("a", 1, 10), ("b", 1, 5), ("c", 1, 4), ("d", 1, 1)], await StockAsync(slug));
    }

    [Fact]
    public async Task A_receipt_that_is_mended_to_nothing_is_named()
    {
        var slug = await NewStoreAsync("VND");
        const string Header = "store,product,sku,price,quantity,reference\n";
        await ImportAsync("p.csv", $"{Header}{slug},A,a,1,10,\n{slug},A,b,1,0,\n{slug},A,c,1,7,note 7\n");
        foreach (var dryRun in new[] { true, false })
        {
            // b was never received, c with this reference neither.
            var (code, output) = await ImportAsync("p.csv",
                $"{Header}{slug},A,a,1,0,\n{slug},A,b,1,0,\n{slug},A,c,1,0,note 8\n{slug},A,d,1,2,\n",
                new ImportOptions(DryRun: dryRun));
            Assert.Equal(1, code);
            Assert.StartsWith("p.csv line 2, column quantity: 'a' has a receipt 'import' of 10 pieces already, and not of 0: give a "
                + "new delivery a reference of its own, or adjust the stock\np.csv: ", output);
            Assert.EndsWith("; 1 receipts of stock; 0 rows refused. 1 receipts differ from what is booked.\n", output);
        }

        Assert.Equal([("a", 1, 10), ("b", 1, 0), ("c", 1, 7), ("d", 1, 2)], await StockAsync(slug));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_happen_and_changes_nothing()
    {
        var slug = await NewStoreAsync("VND");
        await ImportAsync("p.csv", $"store,product,sku,price\n{slug},Old,old-1,1\n{slug},Old,old-2,1\n");
        // More rows than are looked at together: what earlier rows would make counts for later ones.
        var file = $"store,product,sku,price,quantity\n{slug},Old,old-1,2,3\n{slug},Old,old-2,1,\n{slug},New,n,1,\nnone,X,x,1,\n"
            + $"{slug},Old,bad,x,\n"
            + string.Concat(Enumerable.Range(0, 1500).Select(i => $"{slug},Many {i % 7},m{i},1,\n"))
                + $"{slug},New,old-1b,1,\n{slug},Other,n,1,\n{slug},Moved,old-2,1,\n";
        var before = await CountsAsync();
        var (code, output) = await ImportAsync("p.csv", file, new ImportOptions(DryRun: true));
        Assert.Equal(before, await CountsAsync());
        Assert.Equal(1, code);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal("p.csv: nothing was changed; would create 1502 variants (8 new products), change 1, leave 1 as they are; 1 "
            + "receipts of stock; 4 rows refused.", lines[^1]);
        Assert.Equal(4, lines.Count(l => l.StartsWith("p.csv line ", StringComparison.Ordinal)));

        var (_, done) = await ImportAsync("p.csv", file);
        Assert.EndsWith("p.csv: 1502 variants created (8 new products), 1 changed, 1 as they were; 1 receipts of stock; 4 rows refused.\n",
            done);
        (_, output) = await ImportAsync("p.csv", file, new ImportOptions(DryRun: true));
        Assert.EndsWith("would create 0 variants (0 new products), change 0, leave 1504 as they are; 0 receipts of stock; 4 rows "
            + "refused.\n", output);
    }

    [Fact]
    public async Task Twenty_faults_are_told_and_the_rest_counted()
    {
        var slug = await NewStoreAsync("VND");
        var (code, output) = await ImportAsync("p.csv", "store,product,sku,price\n"
            + string.Concat(Enumerable.Range(0, 57).Select(i => $"{slug},P,s{i},x{i}\n")));
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal((1, 22), (code, lines.Length));
        Assert.Equal("p.csv line 21, column price: 'x19' is not an amount in VND, such as 19900", lines[19]);
        Assert.Equal("p.csv: and 37 more", lines[20]);
        Assert.EndsWith("57 rows refused.", lines[21]);
    }

    [Fact]
    public async Task Shopifys_export_is_read()
    {
        var slug = await NewStoreAsync("USD");
        var file = """
            Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Gift Card,SEO Title,Cost per item,Price / International,Status
            ao-thun,Áo thun,"<p>Mềm &amp; mát.</p><ul><li>Cotton</li></ul>",Acme,Apparel & Accessories > Clothing,Shirts,"sale, new",true,Size,S,,Color,Đỏ,,,AT-S,200,shopify,12,deny,manual,19.90,25.00,true,true,'0012,https://example.com/1.jpg,1,false,,8.00,,active
            ao-thun,,,,,,,,,M,,,Đỏ,,,AT-M,200,shopify,-3,deny,manual,"1,019.90",,true,true,,https://example.com/2.jpg,2,,,,,
            ao-thun,,,,,,,,,,,,,,,,,,,,,,,,,,https://example.com/3.jpg,3,,,,,
            mug,Mug,,Acme,Home > Kitchen > Mugs,,,true,Title,Default Title,,,,,,,0,,,deny,manual,5,,true,true,,,,false,,,,draft
            lost,,,,,,,,,L,,,,,,X,0,,,deny,manual,5,,true,true,,,,,,,,
            shirt-2,Áo thun,,Acme,,,,true,Title,Default Title,,,,,,Y,0,,,deny,manual,5,,true,true,,,,,,,,active
            """;
        Assert.Equal("p.csv is Shopify's product export: say --store=SLUG, the store to import it into.",
            (await Assert.ThrowsAsync<StartupException>(() => ImportAsync("p.csv", file))).Message);
        var (code, output) = await ImportAsync("p.csv", file, new ImportOptions(Store: slug));
        Assert.Equal((1, "p.csv line 6, column Title: no earlier row names the product 'lost'\n"
            + "p.csv line 7, column Title: 'Áo thun' is the name of another product (line 2, handle ao-thun): rename one of them\n"
            + "p.csv: 3 variants created (2 new products), 0 changed, 0 as they were; 1 receipts of stock; 2 rows refused.\n"),
                (code, output));
        var products = (await ProductsAsync(slug)).ToDictionary(p => p.Name);
        var shirt = products["Áo thun"];
        Assert.Equal(("Shirts", "Mềm & mát.\nCotton"), (shirt.Category, shirt.Description));
        Assert.Equal([("AT-S", "S / Đỏ", 1990, true, "S", "Đỏ"), ("AT-M", "M / Đỏ", 101_990, true, "M", "Đỏ")],
            shirt.Variants.Select(v => (v.Sku, v.Name, v.Price, v.Active, v.Attributes["Size"], v.Attributes["Color"])));
        Assert.Equal("0012", shirt.Variants[0].Attributes["barcode"]);
        var mug = products["Mug"];
        Assert.Equal(("Mugs", null, ("mug", null, 500, false)),
            (mug.Category, mug.Description, mug.Variants.Select(v => (v.Sku, v.Name, v.Price, v.Active)).Single()));
        Assert.Equal([("AT-M", 101_990, 0), ("AT-S", 1990, 12), ("mug", 500, 0)], await StockAsync(slug));
        Assert.Contains("0 variants created (0 new products), 0 changed, 3 as they were",
            (await ImportAsync("p.csv", file, new ImportOptions(Store: slug))).Output);
    }

    [Fact]
    public async Task Shopifys_newer_columns_are_read()
    {
        var slug = await NewStoreAsync("VND");
        var file = """
            Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,Compare-at price,Inventory tracker,Inventory quantity,Weight value (grams)
            Nón lá,non-la,<b>Nhẹ</b>,Acme,,Phụ kiện,,TRUE,Active,,,Cỡ,Nhỏ,90000,,shopify,4,100
            ,non-la,,,,,,,,NON-L,893,,Lớn,95000.00,,shopify,,100
            """;
        Assert.Equal(0, (await ImportAsync("p.csv", file, new ImportOptions(Store: slug))).Code);
        var hat = Assert.Single(await ProductsAsync(slug));
        Assert.Equal(("Nón lá", "Phụ kiện", "Nhẹ"), (hat.Name, hat.Category, hat.Description));
        Assert.Equal([("non-la-Nhỏ", "Nhỏ", 90_000L, "Nhỏ"), ("NON-L", "Lớn", 95_000L, "Lớn")],
            hat.Variants.Select(v => (v.Sku, v.Name, v.Price, v.Attributes["Cỡ"])));
        Assert.Equal("893", hat.Variants[1].Attributes["barcode"]);
        Assert.Equal([("NON-L", 95_000, 0), ("non-la-Nhỏ", 90_000, 4)], await StockAsync(slug));
    }

    [Fact]
    public async Task WooCommerces_export_is_read()
    {
        var slug = await NewStoreAsync("BRL");
        var file = """
            ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,Is featured?,Visibility in catalog,Short description,Description,Tax status,In stock?,Stock,Sold individually?,Weight (kg),Sale price,Regular price,Categories,Images,Parent,Position,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 2 name,Attribute 2 value(s),Meta: _x
            10,simple,SCARF,,Silk scarf,1,0,visible,Soft,"<p>Line one\nline two</p>",taxable,1,20,0,,"50,00","58,90","Clothing > Scarves, Sale",,,0,Colour,Red,1,,,
            11,variable,SHIRT,,Shirt,1,0,visible,"<p>Short</p>",,taxable,1,,0,,,,Clothing,,,0,Size,"S, M",1,Colour,"Blue",
            12,variation,SHIRT-S,,"Shirt - S, Blue",1,0,visible,,,taxable,1,3,0,,,100,,,SHIRT,1,Size,S,,Colour,Blue,
            13,variation,,,"Shirt - M, Blue",0,0,visible,,,taxable,0,parent,0,,,"110,5",,,id:11,2,Size,M,,Colour,Blue,
            14,"simple, virtual",'=GIFT,,Gift,-1,0,visible,,,none,1,-2,0,,,1.000,,,,0,,,,,,
            15,grouped,SET,,Set,1,0,visible,,,taxable,1,,0,,,,,,,0,,,,,,
            16,variation,LOST,,Lost,1,0,visible,,,taxable,1,,0,,,5,,,id:99,0,,,,,,
            """;
        var options = new ImportOptions(Store: slug);
        var (code, output) = await ImportAsync("p.csv", file, options);
        Assert.Equal((1, "p.csv line 6, column Regular price: 1.000 can be read as 1 or 1000; say --decimal=. or --decimal=,\n"
            + "p.csv line 7, column Type: 'grouped' is not simple, variable or variation, and cannot be sold here\n"
            + "p.csv line 8, column Parent: no earlier row is the product 'id:99'\n"
            + "p.csv: 3 variants created (2 new products), 0 changed, 0 as they were; 2 receipts of stock; 3 rows refused.\n"),
                (code, output));
        (_, output) = await ImportAsync("p.csv", file, options with { Table = new TableOptions(Decimal: DecimalMark.Comma) });
        Assert.Contains("1 variants created (1 new products), 0 changed, 3 as they were; 0 receipts", output);
        var products = (await ProductsAsync(slug)).ToDictionary(p => p.Name);
        Assert.Equal(("Scarves", "Line one\nline two", "Red"),
            (products["Silk scarf"].Category, products["Silk scarf"].Description, products["Silk scarf"].Variants[0].Attributes["Colour"]));
        Assert.Equal(("Clothing", "Short"), (products["Shirt"].Category, products["Shirt"].Description));
        Assert.Equal([("SHIRT-S", "S / Blue", 10_000L, true), ("woo-13", "M / Blue", 11_050L, false)],
            products["Shirt"].Variants.Select(v => (v.Sku, v.Name, v.Price, v.Active)).Order());
        Assert.Equal(("=GIFT", 100_000L, false), products["Gift"].Variants.Select(v => (v.Sku, v.Price, v.Active)).Single());
        Assert.Equal([("=GIFT", 100_000, 0), ("SCARF", 5_890, 20), ("SHIRT-S", 10_000, 3), ("woo-13", 11_050, 0)], await StockAsync(slug));
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<string> NewStoreAsync(string currency)
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

    private async Task<(int Code, string Output)> ImportAsync(string name, string? text, ImportOptions? options = null)
    {
        var path = Path.Combine(_folder, name);
        if (text is not null)
        {
            await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), TestContext.Current.CancellationToken);
        }

        var output = new StringWriter { NewLine = "\n" };
        return (await ImportProducts.RunAsync(Db, path, output, TestContext.Current.CancellationToken, options), output.ToString());
    }

    private Task<List<(string Sku, long Price, long OnHand)>> StockAsync(string slug) => Db.ReadAsync(async s =>
    {
        var rows = await s.QueryAsync("SELECT v.sku, v.price, COALESCE(k.on_hand, 0) FROM variants v JOIN stores t ON t.id = v.store_id "
            + "LEFT JOIN stock k ON k.variant_id = v.id WHERE t.slug = $1",
            r => (r.Text(0), r.Long(1), r.Long(2)), slug);
        return rows.OrderBy(r => r.Item1, StringComparer.Ordinal).ToList();
    });

    private Task<(long Products, long Variants, long Stock, long Movements)> CountsAsync() => Db.ReadAsync(s => s.FirstAsync(
        "SELECT (SELECT SUM(version) FROM products), (SELECT SUM(price) FROM variants), (SELECT COUNT(*) FROM stock), (SELECT COUNT(*) "
            + "FROM stock_movements)",
        r => (r.Long(0), r.Long(1), r.Long(2), r.Long(3))));

    private Task<List<Product>> ProductsAsync(string slug) => Db.ReadAsync(async s =>
    {
        var found = await ProductTable.Table.QueryAsync(s,
            "JOIN stores t ON t.id = p.store_id WHERE t.slug = $1 AND p.deleted_at IS NULL", slug);
        return await Products.WithVariantsAsync(s, found);
    });
}

public sealed class ImportFiles_on_sqlite(SqliteDatabase database) : ImportFilesTests(database), IClassFixture<SqliteDatabase>;

public sealed class ImportFiles_on_postgresql(PostgresDatabase database) : ImportFilesTests(database), IClassFixture<PostgresDatabase>;
