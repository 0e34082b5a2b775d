using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.Catalog;

/// <summary>What the catalog's tests say over HTTP.</summary>
internal static class CatalogClient
{
    public const string Base = "/api/v1";

    /// <summary>An answer, read whole.</summary>
    public sealed record Answer(HttpStatusCode Status, JsonObject? Body, HttpResponseHeaders Headers)
    {
        public JsonNode? this[string name] => Body![name];

        public string? Code => (string?)Body?["code"];

        public string Id => (string)Body!["id"]!;

        public string? ETag => Headers.ETag?.Tag;

        public IEnumerable<string> FieldNames => ((JsonObject)Body!["errors"]!).Select(m => m.Key);

        public JsonArray Items => (JsonArray)Body!["items"]!;

        public void Is(int status, string code) => Assert.Equal((status, code), ((int)Status, Code));
    }

    public static async Task<Answer> SendAsync(this HttpClient client, HttpMethod method, string path, object? body = null,
        string? ifMatch = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, Base + path);
        if (body is not null)
        {
            request.Content = body is string json ? new StringContent(json, Encoding.UTF8, "application/json") : JsonContent.Create(body);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject, response.Headers);
    }

    public static Task<Answer> Get(this HttpClient client, string path) => client.SendAsync(HttpMethod.Get, path);

    public static Task<Answer> Post(this HttpClient client, string path, object body, string? key = null) =>
        client.SendAsync(HttpMethod.Post, path, body, key: key);

    public static Task<Answer> Put(this HttpClient client, string path, object body, string? ifMatch = null) =>
        client.SendAsync(HttpMethod.Put, path, body, ifMatch);

    public static Task<Answer> Delete(this HttpClient client, string path, string? ifMatch = null) =>
        client.SendAsync(HttpMethod.Delete, path, ifMatch: ifMatch);

    /// <summary>A store of its own; its id.</summary>
    public static async Task<Guid> NewStoreAsync(this HttpClient admin, string currency = "VND")
    {
        var answer = await admin.Post("/stores", new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return Guid.Parse(answer.Id);
    }

    /// <summary>A product with one variant.</summary>
    public static async Task<Answer> NewProductAsync(this HttpClient staff, Guid storeId, string name, string? sku = null,
        long price = 1000, string? category = null)
    {
        var answer = await staff.Post("/products",
            new { storeId, name, category, variants = new[] { new { sku = sku ?? $"{Guid.CreateVersion7():N}", name = "one", price } } });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return answer;
    }

    /// <summary>Every item of a list, page by page.</summary>
    public static async Task<List<JsonNode>> AllAsync(this HttpClient client, string path, int limit)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var page = await client.Get($"{path}{separator}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.Equal(HttpStatusCode.OK, page.Status);
            items.AddRange(page.Items.Select(i => i!.DeepClone()));
            cursor = (string?)page["nextCursor"];
            Assert.True(cursor is null || page.Items.Count == limit);
        }
        while (cursor is not null);
        return items;
    }
}
