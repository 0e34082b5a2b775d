using System.Net;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>A product as its callers see it, with memory alone.</summary>
public abstract class CachedProductTests(TestHost host)
{
    private HttpClient Admin => host.Server.Admin;

    private HttpClient Guest => host.Server.Guest;

    [Fact]
    public async Task Is_a_miss_then_a_hit_and_after_a_change_at_once_a_miss_again()
    {
        var made = await Admin.NewProductAsync(await Admin.NewStoreAsync(), "Trà");
        var path = $"/products/{made.Id}";
        var first = await Guest.Get(path);
        Assert.Equal((HttpStatusCode.OK, "MISS"), (first.Status, Cache(first)));
        CatalogClient.Answer second = first;
        await Until.TrueAsync("a hit", async () => Cache(second = await Guest.Get(path)) == "HIT");
        Assert.Equal((first.Body!.ToJsonString(), first.ETag), (second.Body!.ToJsonString(), second.ETag));

        // The ETag of a read is good for a write.
        var put = await Admin.Put(path, new { name = "Cà phê", variants = new[] { new { sku = "a", price = 5 } } }, second.ETag);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        var third = await Guest.Get(path);
        Assert.Equal(("Cà phê", "MISS"), ((string)third["name"]!, Cache(third)));
        (await Admin.Put(path, new { name = "B", variants = new[] { new { sku = "a", price = 5 } } }, second.ETag)).Is(412,
            "precondition_failed");

        Assert.Equal(HttpStatusCode.NoContent, (await Admin.Delete(path, third.ETag)).Status);
        (await Guest.Get(path)).Is(404, "not_found");
        (await Guest.Get(path)).Is(404, "not_found");
    }

    [Fact]
    public async Task Is_not_sent_to_those_who_have_it()
    {
        var made = await Admin.NewProductAsync(await Admin.NewStoreAsync(), "Trà");
        var tag = (await Guest.Get($"/products/{made.Id}")).ETag!;
        foreach (var known in new[] { tag, $"W/{tag}", $"\"x\", {tag}", "*" })
        {
            using var answer = await AskAsync(made.Id, known);
            Assert.Equal((HttpStatusCode.NotModified, tag, 0),
                (answer.StatusCode, answer.Headers.ETag!.Tag, (await answer.Content.ReadAsByteArrayAsync()).Length));
        }

        foreach (var other in new[] { "\"1\"", "\"x\"", tag.Trim('"'), "" })
        {
            using var answer = await AskAsync(made.Id, other);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Shows_soon_what_is_available()
    {
        var made = await Admin.NewProductAsync(await Admin.NewStoreAsync(), "Trà");
        var (path, variant) = ($"/products/{made.Id}", (string)made["variants"]![0]!["id"]!);
        var before = await Guest.Get(path);
        Assert.Equal(0, (int)before["variants"]![0]!["available"]!);
        await Admin.Post($"/inventory/{variant}/receipts", new { quantity = 7, reference = "r" });
        CatalogClient.Answer after = before;
        await Until.TrueAsync("seven are available", async () => (int)(after = await Guest.Get(path))["variants"]![0]!["available"]! == 7);
        Assert.Equal((1, 1), ((int)before["version"]!, (int)after["version"]!));
        Assert.NotEqual(before.ETag, after.ETag);
    }

    private static string? Cache(CatalogClient.Answer answer) => answer.Headers.TryGetValues("X-Cache", out var values) ? values.Single()
        : null;

    private async Task<HttpResponseMessage> AskAsync(string id, string known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{CatalogClient.Base}/products/{id}");
        request.Headers.TryAddWithoutValidation("If-None-Match", known);
        return await Guest.SendAsync(request);
    }
}

public sealed class CachedProduct_on_sqlite(SqliteHost host) : CachedProductTests(host), IClassFixture<SqliteHost>;

public sealed class CachedProduct_on_postgresql(PostgresHost host) : CachedProductTests(host), IClassFixture<PostgresHost>;
