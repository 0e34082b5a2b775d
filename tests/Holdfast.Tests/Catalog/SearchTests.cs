using System.Net;
using Holdfast.Catalog.Core;
using Holdfast.Catalog.Endpoints;
using Holdfast.Catalog.Storage;
using Holdfast.Platform.Text;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Catalog;

public abstract class SearchTests(TestHost host)
{
    private HttpClient Admin => host.Server.Admin;

    private HttpClient Guest => host.Server.Guest;

    [Theory]
    [InlineData("da nang", "Đà Nẵng")]
    [InlineData("ĐÀ NẴNG", "Đà Nẵng")]
    [InlineData("đa nằng", "Đà Nẵng")]
    [InlineData("nang da", "Đà Nẵng")]
    [InlineData("da na", "Đà Nẵng")]
    [InlineData("d nang", "")]
    [InlineData("nan da", "")]
    [InlineData("pao", "Pão de Açúcar")]
    [InlineData("AÇU", "Pão de Açúcar")]
    [InlineData("padaria", "Pão de Açúcar")]
    [InlineData("bread", "Pão de Açúcar")]
    [InlineData("SKU-77", "Pão de Açúcar")]
    [InlineData("sku", "Pão de Açúcar|Đà Nẵng")]
    [InlineData("souvenir", "Đà Nẵng")]
    [InlineData("nothing of this", "")]
    [InlineData("🎉", "")]
    [InlineData("đ", "Đà Nẵng|Pão de Açúcar")]
    public async Task Finds(string q, string names)
    {
        var storeId = await Admin.NewStoreAsync();
        await Admin.Post("/products",
            new
            {
                storeId,
                name = "Đà Nẵng",
                description = "A souvenir, of the sea",
                variants = new[] { new { sku = "SKU-1", price = 1 } }
            });
        await Admin.Post("/products",
            new
            {
                storeId,
                name = "Pão de Açúcar",
                category = "Padaria",
                description = "Bread",
                variants = new[] { new { sku = "SKU-77", price = 1, name = "Doce" } }
            });
        var found = await Guest.AllAsync($"/products?storeId={storeId}&q={Uri.EscapeDataString(q)}", limit: 1);
        Assert.Equal(names.Split('|', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            found.Select(p => (string)p["name"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Follows_every_change_in_the_same_commit()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await Admin.NewProductAsync(storeId, "Chuối", sku: "one");
        var put = await Admin.Put($"/products/{made.Id}", new { name = "Xoài", variants = new[] { new { sku = "two", price = 1 } } },
            made.ETag);
        Assert.Empty((await Guest.Get($"/products?storeId={storeId}&q=chuoi")).Items);
        Assert.Single((await Guest.Get($"/products?storeId={storeId}&q=xoai two")).Items);
        Assert.Single((await Guest.Get($"/products?storeId={storeId}&q=one")).Items);
        await Admin.Delete($"/products/{made.Id}", put.ETag);
        Assert.Empty((await Guest.Get($"/products?storeId={storeId}&q=xoai")).Items);
    }

    [Fact]
    public async Task No_query_is_an_error_of_ours()
    {
        var storeId = await Admin.NewStoreAsync();
        await Admin.NewProductAsync(storeId, "a AND b OR not near");
        string[] queries =
        [
            "\"", "'", "''", "\\", "a\\", "a\\'", "a\0b", "\0", "*", "a*", "^a", "a:b", "(", ")", "a AND", "AND", "OR OR", "NOT a",
                "NEAR(a b)", "a & b", "!a", "a | b", "<->", ":*", "{a}", "%", "_", "--", ";", "$1", "{in $1}",
            "🎉", "a🎉b", "\ud83c", "𞤀𞤁", "ﷺ", "a\u0301", "\u0301", "東京", " ", "\t\r\n", "1e309", "1.5", "-1", new string('a', 200),
                string.Join(' ', Enumerable.Repeat("a", 100)), new string('\u0301', 200),
            "search_text", "words:a", "a + b", "\u200b", "\uFEFF", "ก็", "한국어", "א", "\u2028",
        ];
        foreach (var q in queries)
        {
            var answer = await Guest.Get($"/products?storeId={storeId}&q={Uri.EscapeDataString(q)}");
            Assert.True(answer.Status == HttpStatusCode.OK, $"{q}: {answer.Status} {answer.Body}");
        }

        (await Guest.Get($"/products?q={new string('a', 201)}")).Is(400, "invalid_request");
        Assert.InRange((int)(await Guest.Get($"/products?q={new string('a', 10_000)}")).Status, 400, 499);
        var random = new Random(20261120);
        for (var i = 0; i < 200; i++)
        {
            var q = string.Concat(Enumerable.Range(0, random.Next(1, 30))
                .Select(_ => (char)(random.Next(4) == 0 ? random.Next(0x20, 0x7F) : random.Next(1, 0xD800))));
            var answer = await Guest.Get($"/products?q={Uri.EscapeDataString(q)}");
            Assert.True(answer.Status == HttpStatusCode.OK, $"seed 20261120, {i}: {q}: {answer.Status}");
        }
    }

    [Fact]
    public async Task Any_text_that_was_stored_is_found_by_its_words()
    {
        var storeId = await Admin.NewStoreAsync();
        var random = new Random(7);
        for (var i = 0; i < 100; i++)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(1, 30))
                .Select(_ => (char)(random.Next(3) == 0 ? random.Next(0x20, 0x7F) : random.Next(0xA0, 0x2000)))).Trim();
            if (name.Length == 0 || !Holdfast.Platform.Http.Bodies.JsonBodyReader.IsClean(name) || SearchText.Words(name).Count == 0)
            {
                continue;
            }

            var made = await Admin.NewProductAsync(storeId, name);
            var found = await Guest.Get($"/products?storeId={storeId}&q={Uri.EscapeDataString(name)}");
            // A letter newer than the database's tables may separate words there; nothing but that may keep a text from being found.
            Assert.True(found.Items.Any(p => (string)p!["id"]! == made.Id), $"seed 7, {i}: {name} as {SearchText.Of(name)}");
        }
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("createdAt", 3)]
    [InlineData("-createdAt", 7)]
    [InlineData("name", 2)]
    [InlineData("-name", 5)]
    [InlineData("price", 4)]
    [InlineData("-price", 6)]
    public async Task Lists_page_through_everything_once_in_order(string? sort, int limit)
    {
        var storeId = await Admin.NewStoreAsync();
        // Bananas and prices come twice, so that pages end between equals.
        string[] names = ["Áo", "Chuối", "chuối", "Bơ", "Zebra", "Đu đủ", "áo", "Mít", "Xoài", "Ổi"];
        var made = new List<(string Id, string Name, long Price)>();
        foreach (var name in names)
        {
            var price = 100 * (made.Count % 3);
            made.Add(((await Admin.NewProductAsync(storeId, name, price: price)).Id, name, price));
        }

        var listed = (await Guest.AllAsync($"/products?storeId={storeId}{(sort is null ? "" : $"&sort={sort}")}", limit)).ConvertAll(p =>
            (string)p["id"]!);
        // Made one after the other, but perhaps within a millisecond: then by id.
        var times = await host.Server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT id, created_at FROM products WHERE store_id = $1", r => (r.Uuid(0).ToString(), r.Time(1)), storeId));
        var createdAt = times.ToDictionary(t => t.Item1, t => t.Item2);
        IEnumerable<(string Id, string Name, long Price)> wanted = (sort?.TrimStart('-') ?? "createdAt") switch
        {
            "name" => made.OrderBy(p => SearchText.SortKey(p.Name), StringComparer.Ordinal).ThenBy(p => p.Id, StringComparer.Ordinal),
            "price" => made.OrderBy(p => p.Price).ThenBy(p => p.Id, StringComparer.Ordinal),
            _ => made.OrderBy(p => createdAt[p.Id]).ThenBy(p => p.Id, StringComparer.Ordinal),
        };
        Assert.Equal(sort is null || sort[0] == '-' ? wanted.Reverse().Select(p => p.Id) : wanted.Select(p => p.Id), listed);
    }

    [Fact]
    public async Task A_product_is_sorted_by_the_lowest_price_for_which_it_can_be_had()
    {
        var storeId = await Admin.NewStoreAsync();
        var middle = await Admin.NewProductAsync(storeId, "middle", price: 500);
        object[] variants = [new { sku = "gone", price = 100, active = false }, new { sku = "kept", price = 900 }];
        var dear = await Admin.Post("/products", new { storeId, name = "dear", variants });
        Assert.Equal(HttpStatusCode.Created, dear.Status);
        Assert.Equal([middle.Id, dear.Id],
            (await Guest.AllAsync($"/products?storeId={storeId}&sort=price", limit: 10)).ConvertAll(p => (string)p["id"]!));
    }

    [Fact]
    public async Task A_page_is_not_disturbed_by_what_is_added_before_it()
    {
        var storeId = await Admin.NewStoreAsync();
        for (var i = 0; i < 4; i++)
        {
            await Admin.NewProductAsync(storeId, $"b{i}");
        }

        var first = await Guest.Get($"/products?storeId={storeId}&sort=name&limit=2");
        await Admin.NewProductAsync(storeId, "a");
        var second = await Guest.Get($"/products?storeId={storeId}&sort=name&limit=2&cursor={first["nextCursor"]}");
        Assert.Equal(["b2", "b3"], second.Items.Select(p => (string)p!["name"]!));
        (await Guest.Get($"/products?storeId={storeId}&sort=price&limit=2&cursor={first["nextCursor"]}")).Is(400, "invalid_cursor");
    }

    [Fact]
    public async Task Filters_by_store_and_category()
    {
        var (one, two) = (await Admin.NewStoreAsync(), await Admin.NewStoreAsync());
        var category = $"c{Guid.CreateVersion7():N}";
        await Admin.NewProductAsync(one, "A", category: category);
        await Admin.NewProductAsync(one, "B");
        await Admin.NewProductAsync(two, "C", category: category);
        async Task<string[]> Names(string query) =>
            [.. (await Guest.Get($"/products?sort=name&{query}")).Items.Select(p => (string)p!["name"]!)];
        Assert.Equal(["A", "C"], await Names($"category={category}"));
        Assert.Equal(["A"], await Names($"category={category}&storeId={one}"));
        Assert.Equal(["A"], await Names($"category={category}&storeId={one}&q=a"));
        Assert.Equal(["A", "B"], await Names($"storeId={one}"));
        Assert.Empty(await Names($"storeId={Guid.CreateVersion7()}"));
    }

    [Fact]
    public async Task A_search_goes_by_its_index()
    {
        var plan = await host.Server.Db.WriteAsync(async tx =>
        {
            if (tx.Db.Name == "sqlite")
            {
                return await tx.QueryAsync(
                    "EXPLAIN QUERY PLAN SELECT p.id FROM products p WHERE "
                    + $"{ListProducts.SqliteSearch.Replace("{0}", "$1", StringComparison.Ordinal)}", r => r.Text(3), "\"a\"*");
            }

            await tx.ExecuteAsync("SET LOCAL enable_seqscan = off");
            var search = ListProducts.PostgresSearch.Replace("{0}", "$1", StringComparison.Ordinal);
            return await tx.QueryAsync($"EXPLAIN SELECT p.id FROM products p WHERE {search}", r => r.Text(0), "'a':*");
        });
        Assert.Contains(plan, line =>
            line.Contains(host.Backend == Backend.Sqlite ? "VIRTUAL TABLE INDEX" : "products_search", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line =>
            line.Contains(host.Backend == Backend.Sqlite ? "SCAN p" : "Seq Scan", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("storeId=x", "storeId")]
    [InlineData("category=%00", "category")]
    [InlineData("sort=colour", "sort")]
    public async Task Bad_filters_are_named(string query, string field)
    {
        var answer = await Guest.Get($"/products?{query}");
        answer.Is(400, "invalid_request");
        Assert.Equal([field], answer.FieldNames);
    }

    [Fact]
    public async Task Writes_many_at_once()
    {
        var db = host.Server.Db;
        var store = new Store
        {
            Id = Guid.CreateVersion7(),
            Slug = $"s-{Guid.CreateVersion7():N}",
            Name = "Many",
            Currency = "BRL",
            ExternalId = $"{Guid.CreateVersion7():N}"
        };
        var products = Enumerable.Range(0, 500).Select(i => new Product
        {
            Id = Guid.CreateVersion7(),
            StoreId = store.Id,
            Name = $"Sản phẩm {i}",
            Category = "bulk",
            Variants = [new Variant { Id = Guid.CreateVersion7(), Sku = $"m{i}", Price = i },
                new Variant { Id = Guid.CreateVersion7(), Sku = $"n{i}", Price = i + 1 }],
        }).ToList();
        await db.WriteAsync(async tx =>
        {
            var writer = new CatalogWriter(await tx.NowAsync());
            writer.Add(store);
            products.ForEach(writer.Add);
            var batch = tx.Batch();
            writer.Save(batch);
            await batch.RunAsync();
        });
        var listed = await Guest.AllAsync($"/products?storeId={store.Id}&sort=price&q=san pham", limit: 100);
        Assert.Equal(products.Select(p => $"{p.Id}"), listed.Select(p => (string)p["id"]!));
        Assert.Equal("Sản phẩm 421", (string?)Assert.Single((await Guest.Get($"/products?storeId={store.Id}&q=n421")).Items)!["name"]);
        Assert.Equal(store.Id, Assert.Single(await db.ReadAsync(s => Stores.BySlugAsync(s, [store.Slug, "none"]))).Id);
        Assert.Equal(store.Id, Assert.Single(await db.ReadAsync(s => Stores.ByExternalIdAsync(s, [store.ExternalId]))).Id);
    }
}

public sealed class Search_on_sqlite(SqliteHost host) : SearchTests(host), IClassFixture<SqliteHost>;

public sealed class Search_on_postgresql(PostgresHost host) : SearchTests(host), IClassFixture<PostgresHost>;
