using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Inventory;
using Holdfast.Inventory.Storage;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Inventory;

/// <summary>A store with variants of its own, and the calls that these tests make to its stock.</summary>
public sealed class Shop
{
    private readonly TestServer _server;

    private Shop(TestServer server, Guid id, Guid[] variants) => (_server, Id, Variants, Staff) = (server, id, variants, server.Staff(id));

    public Guid Id { get; }

    public Guid[] Variants { get; }

    public Guid Variant => Variants[0];

    public HttpClient Staff { get; }

    /// <summary>
    /// A store with as many variants as there are quantities, in the order of their ids, each with that much on hand; null for a variant
    /// without a stock row.
    /// </summary>
    public static async Task<Shop> OpenAsync(TestServer server, params long?[] onHand)
    {
        var id = Guid.CreateVersion7();
        var variants = onHand.Select(_ => Guid.CreateVersion7()).Order().ToArray();
        await server.Db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync(
                "INSERT INTO stores (id, slug, name, currency, time_zone, version, created_at, updated_at) VALUES ($1, $2, 'Shop', "
                + "'VND', 'UTC', 1, $3, $3)",
                id, id.ToString("N"), now);
            for (var i = 0; i < variants.Length; i++)
            {
                var product = Guid.CreateVersion7();
                await tx.ExecuteAsync(
                    "INSERT INTO products (id, store_id, name, search_text, version, created_at, updated_at) VALUES ($1, $2, $3, '', "
                    + "1, $4, $4)",
                    product, id, $"Product {i}", now);
                await tx.ExecuteAsync(
                    "INSERT INTO variants (id, product_id, store_id, position, sku, name, price, active) VALUES ($1, $2, $3, 0, $4, "
                    + "$5{as text}, 1000, $6)",
                    variants[i], product, id, $"SKU-{i}", i == 0 ? null : "Large", true);
            }

            await StockWriter.ReceiveAsync(tx,
                [.. variants.Zip(onHand).Where(v => v.Second is not null).Select(v => (v.First, id, v.Second!.Value))], "opening", now);
        });
        return new Shop(server, id, variants);
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? key = null, HttpClient? client = null)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/inventory/{path}") { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            message.Headers.Add("Idempotency-Key", key);
        }

        return (client ?? Staff).SendAsync(message);
    }

    public Task<HttpResponseMessage> ReserveAsync(object lines, int? ttlSeconds = null, string? key = null, HttpClient? client = null) =>
        PostAsync("reservations", ttlSeconds is null ? new { lines } : new { lines, ttlSeconds }, key ?? Guid.CreateVersion7().ToString(),
        client);

    public Task<HttpResponseMessage> ReserveAsync(long quantity, int? ttlSeconds = null) =>
        ReserveAsync(new[] { Line(Variant, quantity) }, ttlSeconds);

    public static object Line(Guid variantId, long quantity) => new { variantId, quantity };

    public async Task<(long OnHand, long Reserved, long Available, long Shortfall)> StockAsync(Guid? variantId = null)
    {
        var stock = await Staff.GetFromJsonAsync<JsonElement>($"/api/v1/inventory/{variantId ?? Variant}");
        return (stock.GetProperty("onHand").GetInt64(), stock.GetProperty("reserved").GetInt64(), stock.GetProperty("available").GetInt64(),
            stock.GetProperty("shortfall").GetInt64());
    }

    /// <summary>The types of the events about a subject, in order.</summary>
    public Task<List<string>> EventsAsync(Guid subject) =>
        _server.Db.ReadAsync(s => s.QueryAsync("SELECT type FROM events WHERE subject = $1 ORDER BY sequence", r => r.Text(0), subject));

    /// <summary>Fails with the rows where an invariant of the module is broken.</summary>
    public static async Task VerifyAsync(Db db)
    {
        foreach (var invariant in InventoryModule.Invariants)
        {
            Assert.True(await BrokenAsync(db, invariant) == 0, $"broken: {invariant.Name}");
        }
    }

    public static async Task<int> BrokenAsync(Db db, Invariant invariant) =>
        (await db.ReadAsync(s => s.QueryAsync(invariant.Sql, _ => 0))).Count;
}

internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Asserts the status, and for errors the code.</summary>
    public static async Task<JsonElement> ShouldBeAsync(this Task<HttpResponseMessage> sent, int status, string? code = null)
    {
        using var response = await sent;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}, not {status}: {text}");
        var json = JsonDocument.Parse(text).RootElement;
        if (code is not null)
        {
            Assert.Equal(code, json.GetProperty("code").GetString());
        }

        return json;
    }

    public static Guid Id(this JsonElement json) => json.GetProperty("id").GetGuid();

    public static string Status(this JsonElement json) => json.GetProperty("status").GetString()!;
}
