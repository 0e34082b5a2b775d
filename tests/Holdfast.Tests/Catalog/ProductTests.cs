using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Inventory.Storage;
using Holdfast.Tests.Fixtures;
using static Holdfast.Tests.Catalog.CatalogClient;

namespace Holdfast.Tests.Catalog;

public abstract class ProductTests(TestHost host)
{
    private HttpClient Admin => host.Server.Admin;

    private HttpClient Guest => host.Server.Guest;

    [Fact]
    public async Task Is_made_and_read()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await host.Server.Staff(storeId).Post("/products", $$$"""
            {"storeId":"{{{storeId}}}","name":"Áo thun","description":"Cotton.\nMáy giặt.","category":"áo","metadata":{"k":"v"},"externalId":"p1","variants":[
             {"sku":"S-1","name":"S","price":0,"attributes":{"size":"S","màu":"đỏ"},"purchaseLimit":2,"metadata":{"x":"y"},"externalId":"v1"},
             {"sku":"S-2","price":1000000000000000,"active":false}]}
            """);
        Assert.Equal((HttpStatusCode.Created, "\"1\"", $"{Base}/products/{made.Id}"),
            (made.Status, made.ETag, made.Headers.Location!.ToString()));
        var read = await Guest.Get($"/products/{made.Id}");
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Matches("^\"1-[0-9a-f]{16}\"$", read.ETag);
        Assert.Equal(made.Body!.ToJsonString(), read.Body!.ToJsonString());
        Assert.Equal(["id", "storeId", "name", "description", "category", "paymentMethods", "metadata", "externalId", "variants",
            "createdAt", "updatedAt", "version"], read.Body!.Select(m => m.Key));
        var first = (JsonObject)read["variants"]![0]!;
        Assert.Equal(["id", "sku", "name", "price", "currency", "attributes", "purchaseLimit", "active", "available", "metadata",
            "externalId"], first.Select(m => m.Key));
        Assert.Equal(
            """{"sku":"S-1","name":"S","price":0,"currency":"VND","attributes":{"màu":"đỏ","size":"S"},"purchaseLimit":2,"active":true,"available":0,"metadata":{"x":"y"},"externalId":"v1"}""",
            Shown(first));
        Assert.Equal(
            """{"sku":"S-2","name":null,"price":1000000000000000,"currency":"VND","attributes":{},"purchaseLimit":null,"active":false,"available":0,"metadata":{},"externalId":null}""",
            Shown((JsonObject)read["variants"]![1]!));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("-1")]
    [InlineData("1e309")]
    [InlineData("9223372036854775808")]
    [InlineData("1000000000000001")]
    [InlineData("\"100\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[]")]
    public async Task Bad_prices_are_refused(string price)
    {
        var storeId = await Admin.NewStoreAsync();
        var answer = await Admin.Post("/products",
            $$"""{"storeId":"{{storeId}}","name":"A","variants":[{"sku":"a","price":1},{"sku":"b","price":{{price}}}]}""");
        answer.Is(400, "invalid_request");
        Assert.Equal(["variants[1].price"], answer.FieldNames);
    }

    [Theory]
    [InlineData("""{"variants":[]}""", "variants")]
    [InlineData("""{"variants":7}""", "variants")]
    [InlineData("""{"variants":[7]}""", "variants[0]")]
    [InlineData("""{"variants":[{"sku":"","price":1}]}""", "variants[0].sku")]
    [InlineData("""{"variants":[{"sku":"a\u0000","price":1}]}""", "variants[0].sku")]
    [InlineData("""{"variants":[{"sku":"a","price":1},{"sku":"a","price":1}]}""", "variants[1].sku")]
    [InlineData("""{"variants":[{"sku":"a","price":1,"externalId":"e"},{"sku":"b","price":1,"externalId":"e"}]}""",
        "variants[1].externalId")]
    [InlineData("""{"variants":[{"sku":"a","price":1,"purchaseLimit":0}]}""", "variants[0].purchaseLimit")]
    [InlineData("""{"variants":[{"sku":"a","price":1,"purchaseLimit":1.5}]}""", "variants[0].purchaseLimit")]
    [InlineData("""{"variants":[{"sku":"a","price":1,"active":"yes"}]}""", "variants[0].active")]
    [InlineData("""{"variants":[{"sku":"a","price":1,"attributes":{"a":null}}]}""", "variants[0].attributes")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    [InlineData("""{"name":"a\nb"}""", "name")]
    [InlineData("""{"storeId":"x"}""", "storeId")]
    public async Task Bad_fields_are_named(string change, string field)
    {
        var body = JsonNode.Parse(
            $$"""{"storeId":"{{await Admin.NewStoreAsync()}}","name":"A","variants":[{"sku":"a","price":1}]}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change.Replace("\\ud800", "\\\\ud800", StringComparison.Ordinal))!.AsObject().ToList())
        {
            body[name] = value!.DeepClone();
        }

        var answer = await Admin.Post("/products", body.ToJsonString().Replace("\\\\ud800", "\\ud800", StringComparison.Ordinal));
        answer.Is(400, "invalid_request");
        Assert.Equal([field], answer.FieldNames);
    }

    [Fact]
    public async Task Unknown_and_read_only_fields_are_named()
    {
        var storeId = await Admin.NewStoreAsync();
        var answer = await Admin.Post("/products",
            new
            {
                storeId,
                name = "A",
                version = 3,
                variants = new[] { new { sku = "a", price = 1, id = storeId, available = 3, currency = "USD" } }
            });
        answer.Is(400, "unknown_field");
        Assert.Equal(["variants[0].available", "variants[0].currency", "variants[0].id", "version"],
            answer.FieldNames.Order(StringComparer.Ordinal));
        var product = await Admin.NewProductAsync(storeId, "A");
        answer = await Admin.Put($"/products/{product.Id}", new { storeId, name = "A", variants = new[] { new { sku = "a", price = 1 } } },
            product.ETag);
        answer.Is(400, "unknown_field");
        Assert.Equal(["storeId"], answer.FieldNames);
    }

    [Fact]
    public async Task Only_the_stores_staff_write()
    {
        var (mine, other) = (await Admin.NewStoreAsync(), await Admin.NewStoreAsync());
        var product = await Admin.NewProductAsync(mine, "A");
        var body = new { storeId = mine, name = "A", variants = new[] { new { sku = "a", price = 1 } } };
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/products"), (HttpMethod.Put, $"/products/{product.Id}"),
            (HttpMethod.Delete, $"/products/{product.Id}") })
        {
            (await Guest.SendAsync(method, path, body, product.ETag)).Is(401, "unauthenticated");
            (await host.Server.Customer().SendAsync(method, path, body, product.ETag)).Is(403, "forbidden");
            (await host.Server.Service(mine).SendAsync(method, path, body, product.ETag)).Is(403, "forbidden");
            (await host.Server.Staff(other).SendAsync(method, path, body, product.ETag)).Is(404, "not_found");
        }

        (await Admin.Post("/products", body with { storeId = Guid.CreateVersion7() })).Is(404, "not_found");
        Assert.Equal(product.Body!.ToJsonString(), (await Guest.Get($"/products/{product.Id}")).Body!.ToJsonString());
    }

    [Fact]
    public async Task Skus_and_external_ids_are_unique_within_a_store()
    {
        var (store, other) = (await Admin.NewStoreAsync(), await Admin.NewStoreAsync());
        object Body(Guid storeId, string sku, string? external = null, string? variantExternal = null) =>
            new { storeId, name = "A", externalId = external, variants = new[] { new { sku, price = 1, externalId = variantExternal } } };
        var first = await Admin.Post("/products", Body(store, "a", "p", "v"));
        Assert.Equal(HttpStatusCode.Created, first.Status);
        var taken = await Admin.Post("/products", Body(store, "a"));
        taken.Is(409, "sku_taken");
        Assert.Equal("a", (string?)taken["sku"]);
        (await Admin.Post("/products", Body(store, "b", "p"))).Is(409, "external_id_taken");
        (await Admin.Post("/products", Body(store, "b", "q", "v"))).Is(409, "external_id_taken");
        Assert.Equal(HttpStatusCode.Created, (await Admin.Post("/products", Body(other, "a", "p", "v"))).Status);

        var second = await Admin.Post("/products", Body(store, "b", "q", "w"));
        (await Admin.Put($"/products/{second.Id}", new { name = "A", variants = new[] { new { sku = "a", price = 1 } } }, second.ETag)).Is(
            409, "sku_taken");
        (await Admin.Put($"/products/{second.Id}", new { name = "A", externalId = "p", variants = new[] { new { sku = "b", price = 1 } } },
            second.ETag)).Is(409, "external_id_taken");
    }

    [Fact]
    public async Task Of_ten_products_with_one_sku_one_is_made()
    {
        var storeId = await Admin.NewStoreAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(i => Admin.Post("/products", new { storeId, name = $"P{i}", variants = new[] { new { sku = "x", price = 1 } } })));
        Assert.Equal(1, answers.Count(a => a.Status == HttpStatusCode.Created));
        Assert.Equal(9, answers.Count(a => a.Code == "sku_taken"));
    }

    [Fact]
    public async Task A_retry_with_its_key_makes_one_product()
    {
        var storeId = await Admin.NewStoreAsync();
        var body = new { storeId, name = "A", variants = new[] { new { sku = "x", price = 1 } } };
        var key = $"{Guid.CreateVersion7()}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Admin.Post("/products", body, key)));
        Assert.Single(answers.Select(a => (a.Status, a.Body!.ToJsonString())).Distinct());
        Assert.Equal(4, answers.Count(a => a.Headers.Contains("Idempotency-Replayed")));
        (await Admin.Post("/products", body with { name = "B" }, key)).Is(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Put_replaces_fields_and_keeps_missing_variants_inactive()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await Admin.Post("/products", $$$"""
            {"storeId":"{{{storeId}}}","name":"A","description":"d","category":"c","metadata":{"k":"v"},"externalId":"p","variants":[{"sku":"a","price":1,"purchaseLimit":1},{"sku":"b","price":2},{"sku":"c","price":3}]}
            """);
        var ids = made["variants"]!.AsArray().Select(v => (string)v!["id"]!).ToArray();
        var put = await Admin.Put($"/products/{made.Id}",
            $$"""{"name":"B","description":"","variants":[{"sku":"new","price":9},{"sku":"b","price":20},{"id":"{{ids[0]}}","sku":"a2","price":10}]}""", made.ETag);
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (put.Status, put.ETag));
        var read = await Guest.Get($"/products/{made.Id}");
        Assert.Equal(put.Body!.ToJsonString(), read.Body!.ToJsonString());
        Assert.Equal(("B", null, null, "{}", null),
            ((string?)read["name"], (string?)read["description"], (string?)read["category"], read["metadata"]!.ToJsonString(),
            (string?)read["externalId"]));
        var variants = read["variants"]!.AsArray()
            .Select(v => ((string)v!["id"]!, (string)v["sku"]!, (long)v["price"]!, (bool)v["active"]!, (int?)v["purchaseLimit"])).ToArray();
        Assert.DoesNotContain(variants[0].Item1, ids);
        Assert.Equal([(variants[0].Item1, "new", 9, true, null), (ids[1], "b", 20, true, null), (ids[0], "a2", 10, true, null),
            (ids[2], "c", 3, false, null)], variants);
        Assert.Equal((string?)made["createdAt"], (string?)read["createdAt"]);
    }

    [Fact]
    public async Task Put_may_swap_skus_and_external_ids()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await Admin.Post("/products",
            new
            {
                storeId,
                name = "A",
                variants = new[] { new { sku = "a", price = 1, externalId = "x" }, new { sku = "b", price = 2, externalId = "y" } }
            });
        var ids = made["variants"]!.AsArray().Select(v => (string)v!["id"]!).ToArray();
        var put = await Admin.Put($"/products/{made.Id}",
            new
            {
                name = "A",
                variants = new[] { new { id = ids[0], sku = "b", price = 1, externalId = "y" },
                new { id = ids[1], sku = "a", price = 2, externalId = "x" } }
            }, made.ETag);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal([(ids[0], "b", "y"), (ids[1], "a", "x")], put["variants"]!.AsArray()
            .Select(v => ((string)v!["id"]!, (string)v["sku"]!, (string)v["externalId"]!)));

        (await Admin.Put($"/products/{made.Id}", new { name = "A", variants = new[] { new { id = ids[0], sku = "a", price = 1 } } },
            put.ETag)).Is(409, "sku_taken");
        var stranger = await Admin.Put($"/products/{made.Id}",
            new { name = "A", variants = new[] { new { id = Guid.CreateVersion7(), sku = "z", price = 1 } } }, put.ETag);
        stranger.Is(400, "invalid_request");
        Assert.Equal(["variants[0].id"], stranger.FieldNames);
    }

    [Fact]
    public async Task Writes_need_the_present_version()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await Admin.NewProductAsync(storeId, "A", sku: "a");
        var body = new { name = "B", variants = new[] { new { sku = "a", price = 1 } } };
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete })
        {
            (await Admin.SendAsync(method, $"/products/{made.Id}", body)).Is(428, "precondition_required");
            foreach (var stale in new[] { "\"0\"", "\"2\"", "\"x\"", "W/\"2\"", "\"99999999999999999999\"", "\"-1\"" })
            {
                (await Admin.SendAsync(method, $"/products/{made.Id}", body, stale)).Is(412, "precondition_failed");
            }

            (await Admin.SendAsync(method, $"/products/{Guid.CreateVersion7()}", body)).Is(404, "not_found");
            (await Admin.SendAsync(method, "/products/7", body)).Is(404, "not_found");
        }

        Assert.Equal("A", (string?)(await Guest.Get($"/products/{made.Id}"))["name"]);
    }

    [Fact]
    public async Task Of_ten_writes_with_one_version_one_wins()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await Admin.NewProductAsync(storeId, "A", sku: "a");
        for (var version = 1; version <= 3; version++)
        {
            var tag = $"\"{version}\"";
            var answers = await Task.WhenAll(Enumerable.Range(0, 10)
                .Select(i =>
                Admin.Put($"/products/{made.Id}", new { name = $"N{i}", variants = new[] { new { sku = "a", price = i } } }, tag)));
            var won = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
            Assert.Equal(9, answers.Count(a => a.Code == "precondition_failed"));
            Assert.Equal(won.Body!.ToJsonString(), (await Guest.Get($"/products/{made.Id}")).Body!.ToJsonString());
        }

        var ends = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => i % 2 == 0
            ? Admin.Delete($"/products/{made.Id}", "\"4\"")
            : Admin.Put($"/products/{made.Id}", new { name = $"N{i}", variants = new[] { new { sku = "a", price = i } } }, "\"4\"")));
        Assert.Single(ends, a => a.Status is HttpStatusCode.OK or HttpStatusCode.NoContent);
        Assert.All(ends.Where(a => (int)a.Status >= 400), a => Assert.Contains(a.Code, new[] { "precondition_failed", "not_found" }));
    }

    [Fact]
    public async Task Deletion_is_soft_and_frees_the_names()
    {
        var storeId = await Admin.NewStoreAsync();
        object body = new
        {
            storeId,
            name = "Deleted thing",
            externalId = "p",
            variants = new[] { new { sku = "a", price = 1, externalId = "v" } }
        };
        var made = await Admin.Post("/products", body);
        var gone = await Admin.Delete($"/products/{made.Id}", made.ETag);
        Assert.Equal((HttpStatusCode.NoContent, null), (gone.Status, gone.Body));
        (await Guest.Get($"/products/{made.Id}")).Is(404, "not_found");
        (await Admin.Delete($"/products/{made.Id}", "\"2\"")).Is(404, "not_found");
        (await Admin.Put($"/products/{made.Id}", new { name = "B", variants = new[] { new { sku = "a", price = 1 } } }, "\"2\"")).Is(404,
            "not_found");
        Assert.Empty((await Guest.Get($"/products?storeId={storeId}")).Items);
        Assert.Empty((await Guest.Get($"/products?storeId={storeId}&q=deleted")).Items);
        var kept = await host.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT active, sku FROM variants WHERE id = $1", r => (r.Bool(0), r.Text(1)),
            Guid.Parse((string)made["variants"]![0]!["id"]!)));
        Assert.Equal((false, "a"), kept);
        var again = await Admin.Post("/products", body);
        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.NotEqual(made.Id, again.Id);
    }

    [Fact]
    public async Task Shows_what_is_available_of_every_variant()
    {
        var storeId = await Admin.NewStoreAsync();
        var made = await Admin.Post("/products",
            new { storeId, name = "A", variants = new[] { new { sku = "a", price = 1 }, new { sku = "b", price = 2 } } });
        var second = Guid.Parse((string)made["variants"]![1]!["id"]!);
        await host.Server.Db.WriteAsync(async tx =>
            await StockWriter.ReceiveAsync(tx, [(second, storeId, 7)], "first", await tx.NowAsync()));
        static string Available(JsonNode product) => string.Join(' ', product["variants"]!.AsArray().Select(v => (long)v!["available"]!));
        Assert.Equal("0 7", Available((await Guest.Get($"/products/{made.Id}")).Body!));
        Assert.Equal("0 7", Available(Assert.Single((await Guest.Get($"/products?storeId={storeId}")).Items)!));
        var put = await Admin.Put($"/products/{made.Id}", new { name = "A", variants = new[] { new { sku = "b", price = 2 } } }, made.ETag);
        Assert.Equal("7 0", Available(put.Body!));
    }

    private static string Shown(JsonObject variant)
    {
        var copy = (JsonObject)variant.DeepClone();
        copy.Remove("id");
        return copy.ToJsonString(Holdfast.Platform.Http.Replies.Reply.Json);
    }
}

public sealed class Product_on_sqlite(SqliteHost host) : ProductTests(host), IClassFixture<SqliteHost>;

public sealed class Product_on_postgresql(PostgresHost host) : ProductTests(host), IClassFixture<PostgresHost>;
