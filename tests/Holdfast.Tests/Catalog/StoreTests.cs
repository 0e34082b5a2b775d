using System.Net;
using Holdfast.Tests.Fixtures;
using static Holdfast.Tests.Catalog.CatalogClient;

namespace Holdfast.Tests.Catalog;

public abstract class StoreTests(TestHost host)
{
    private HttpClient Admin => host.Server.Admin;

    private HttpClient Guest => host.Server.Guest;

    [Fact]
    public async Task Is_made_read_and_replaced()
    {
        var slug = NewSlug();
        var made = await Admin.Post("/stores",
            new
            {
                name = " Tiệm Đà Nẵng ",
                slug,
                currency = "VND",
                timeZone = "Asia/Ho_Chi_Minh",
                metadata = new { a = "b" },
                externalId = slug
            });
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (made.Status, made.ETag));
        Assert.Equal($"{Base}/stores/{made.Id}", made.Headers.Location!.ToString());
        var read = await Guest.Get($"/stores/{made.Id}");
        Assert.Equal((HttpStatusCode.OK, "\"1\""), (read.Status, read.ETag));
        Assert.Equal(made.Body!.ToJsonString(), read.Body!.ToJsonString());
        Assert.Equal(("Tiệm Đà Nẵng", "Asia/Ho_Chi_Minh", "b", slug),
            ((string?)read["name"], (string?)read["timeZone"], (string?)read["metadata"]!["a"], (string?)read["externalId"]));

        var put = await Admin.Put($"/stores/{made.Id}", new { name = "B", slug, currency = "BRL" }, "\"1\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (put.Status, put.ETag));
        read = await Guest.Get($"/stores/{made.Id}");
        Assert.Equal(put.Body!.ToJsonString(), read.Body!.ToJsonString());
        Assert.Equal(("B", "BRL", "UTC", null, 2),
            ((string?)read["name"], (string?)read["currency"], (string?)read["timeZone"], (string?)read["externalId"],
            (int)read["version"]!));
        Assert.Equal((string?)made["createdAt"], (string?)read["createdAt"]);
        (await Admin.Put($"/stores/{made.Id}", new { name = "C", slug, currency = "BRL" }, "\"1\"")).Is(412, "precondition_failed");
        (await Admin.Put($"/stores/{made.Id}", new { name = "C", slug, currency = "BRL" }, "W/\"1\"")).Is(412, "precondition_failed");
        Assert.Equal(HttpStatusCode.OK, (await Admin.Put($"/stores/{made.Id}", new { name = "C", slug, currency = "BRL" })).Status);
    }

    [Fact]
    public async Task Only_admins_write()
    {
        var id = await Admin.NewStoreAsync();
        var body = new { name = "A", slug = NewSlug(), currency = "VND" };
        foreach (var (path, method) in new[] { ("/stores", HttpMethod.Post), ($"/stores/{id}", HttpMethod.Put) })
        {
            (await Guest.SendAsync(method, path, body)).Is(401, "unauthenticated");
            (await host.Server.Customer().SendAsync(method, path, body)).Is(403, "forbidden");
            (await host.Server.Staff(id).SendAsync(method, path, body)).Is(403, "forbidden");
            (await host.Server.Service(id).SendAsync(method, path, body)).Is(403, "forbidden");
        }
    }

    [Theory]
    [InlineData("slug", "\"Big\"")]
    [InlineData("slug", "\"a b\"")]
    [InlineData("slug", "\"é\"")]
    [InlineData("slug", "\"\"")]
    [InlineData("slug", "7")]
    [InlineData("slug", "\"0123456789012345678901234567890123456789012345678901234567890123\"")]
    [InlineData("name", "\" \"")]
    [InlineData("name", "null")]
    [InlineData("name", "\"a\\u0000b\"")]
    [InlineData("name", "\"\\ud800\"")]
    [InlineData("currency", "\"vnd\"")]
    [InlineData("currency", "\"ABC\"")]
    [InlineData("currency", "\"VNDX\"")]
    [InlineData("timeZone", "\"Mars/Phobos\"")]
    [InlineData("timeZone", "\"America\"")]
    [InlineData("timeZone", "\"../../etc/passwd\"")]
    [InlineData("timeZone", "\"posix/Asia/Ho_Chi_Minh\"")]
    [InlineData("timeZone", "\"localtime\"")]
    [InlineData("timeZone", "\"zone.tab\"")]
    [InlineData("metadata", "{\"a\":1}")]
    [InlineData("metadata", "[]")]
    [InlineData("shippingRates", "[{\"from\":1,\"fee\":5}]")]
    [InlineData("shippingRates", "[{\"from\":500,\"fee\":0},{\"from\":100,\"fee\":5}]")]
    [InlineData("combinesDiscounts", "\"yes\"")]
    public async Task Bad_fields_are_named(string field, string value)
    {
        var fields = new Dictionary<string, string>
        {
            ["name"] = "\"A\"",
            ["slug"] = $"\"{NewSlug()}\"",
            ["currency"] = "\"VND\"",
            [field] = value
        };
        var answer = await Admin.Post("/stores", $"{{{string.Join(',', fields.Select(f => $"\"{f.Key}\":{f.Value}"))}}}");
        answer.Is(400, "invalid_request");
        Assert.Equal([field], answer.FieldNames);
    }

    [Fact]
    public async Task What_a_store_charges_comes_back_as_it_was_written()
    {
        object rates = new[] { new { from = 500, fee = 0 }, new { from = 0, fee = 30 } };
        var made = await Admin.Post("/stores", new
        {
            name = "A",
            slug = NewSlug(),
            currency = "VND",
            shippingRates = rates,
            combinesDiscounts = true,
            tax = new { rate = 8, shipping = 10.5 }
        });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var read = (await Guest.Get($"/stores/{made.Id}")).Body!;
        Assert.Equal((0, 500, true, 10.5m, 8m), ((int)read["shippingRates"]![0]!["from"]!, (int)read["shippingRates"]![1]!["from"]!,
            (bool)read["combinesDiscounts"]!,
            (decimal)read["tax"]!["shipping"]!, (decimal)read["tax"]!["rate"]!));
        read = (await Admin.Put($"/stores/{made.Id}", new
        {
            name = "A",
            slug = NewSlug(),
            currency = "VND",
            tax = new { rate = 8 }
        })).Body!;
        Assert.Equal((false, null), ((bool)read["combinesDiscounts"]!, read["tax"]!["shipping"]));
    }

    [Fact]
    public async Task Unknown_and_read_only_fields_are_named()
    {
        var answer = await Admin.Post("/stores",
            new { name = "A", slug = NewSlug(), currency = "VND", id = Guid.CreateVersion7(), colour = "red" });
        answer.Is(400, "unknown_field");
        Assert.Equal(["colour", "id"], answer.FieldNames.Order());
        (await Admin.Post("/stores", "[1]")).Is(400, "invalid_json");
        (await Admin.Post("/stores", "{\"name\":")).Is(400, "invalid_json");
    }

    [Fact]
    public async Task Slug_and_external_id_are_unique()
    {
        var (slug, external) = (NewSlug(), NewSlug());
        await Admin.Post("/stores", new { name = "A", slug, currency = "VND", externalId = external });
        (await Admin.Post("/stores", new { name = "B", slug, currency = "VND" })).Is(409, "slug_taken");
        (await Admin.Post("/stores", new { name = "B", slug = NewSlug(), currency = "VND", externalId = external })).Is(409,
            "external_id_taken");
        var other = await Admin.NewStoreAsync();
        (await Admin.Put($"/stores/{other}", new { name = "B", slug, currency = "VND" })).Is(409, "slug_taken");
        (await Admin.Put($"/stores/{other}", new { name = "B", slug = NewSlug(), currency = "VND", externalId = external })).Is(409,
            "external_id_taken");
    }

    [Fact]
    public async Task Of_ten_with_one_slug_one_is_made()
    {
        var slug = NewSlug();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => Admin.Post("/stores", new { name = "A", slug, currency = "VND" })));
        Assert.Equal(1, answers.Count(a => a.Status == HttpStatusCode.Created));
        Assert.Equal(9, answers.Count(a => a.Code == "slug_taken"));
    }

    [Fact]
    public async Task A_retry_with_its_key_makes_one_store()
    {
        var body = new { name = "A", slug = NewSlug(), currency = "VND" };
        var key = $"{Guid.CreateVersion7()}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Admin.Post("/stores", body, key)));
        Assert.Single(answers.Select(a => (a.Status, a.Body!.ToJsonString())).Distinct());
        (await Admin.Post("/stores", new { name = "B", slug = NewSlug(), currency = "VND" }, key)).Is(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task The_currency_stays_once_there_are_products()
    {
        var id = await Admin.NewStoreAsync();
        await Admin.NewProductAsync(id, "A");
        var slug = (string?)(await Guest.Get($"/stores/{id}"))["slug"];
        (await Admin.Put($"/stores/{id}", new { name = "B", slug, currency = "USD" })).Is(409, "currency_fixed");
        Assert.Equal(HttpStatusCode.OK, (await Admin.Put($"/stores/{id}", new { name = "B", slug, currency = "VND" })).Status);
    }

    [Fact]
    public async Task The_absent_are_not_found()
    {
        var body = new { name = "A", slug = NewSlug(), currency = "VND" };
        foreach (var id in new[] { $"{Guid.CreateVersion7()}", "7", "a%0Ab", "%F0%9F%8E%89" })
        {
            (await Guest.Get($"/stores/{id}")).Is(404, "not_found");
            (await Admin.Put($"/stores/{id}", body)).Is(404, "not_found");
        }
    }

    [Fact]
    public async Task Lists_page_through_everything_once()
    {
        var made = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            made.Add($"{await Admin.NewStoreAsync()}");
        }

        var listed = await Guest.AllAsync("/stores", limit: 3);
        Assert.Equal(listed.Select(s => (string)s["slug"]!).Order(StringComparer.Ordinal), listed.Select(s => (string)s["slug"]!));
        var ids = listed.Select(s => (string)s["id"]!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Subset(ids.ToHashSet(), made.ToHashSet());
        var one = listed[0];
        Assert.Equal((string)one["id"]!, (string)Assert.Single((await Guest.Get($"/stores?slug={one["slug"]}")).Items)!["id"]!);
        Assert.Empty((await Guest.Get("/stores?externalId=none")).Items);
        (await Guest.Get("/stores?slug=a%00")).Is(400, "invalid_request");
        (await Guest.Get("/stores?externalId=a%00")).Is(400, "invalid_request");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=x")]
    [InlineData("cursor=%00")]
    [InlineData("cursor=AAAA")]
    public async Task Bad_paging_is_refused(string query)
    {
        var code = query.StartsWith("cursor", StringComparison.Ordinal) ? "invalid_cursor" : "invalid_request";
        (await Guest.Get($"/stores?{query}")).Is(400, code);
        (await Guest.Get($"/products?{query}")).Is(400, code);
    }

    private static string NewSlug() => $"s-{Guid.CreateVersion7():N}";
}

public sealed class Store_on_sqlite(SqliteHost host) : StoreTests(host), IClassFixture<SqliteHost>;

public sealed class Store_on_postgresql(PostgresHost host) : StoreTests(host), IClassFixture<PostgresHost>;
