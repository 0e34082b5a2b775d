using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Carts;

/// <summary>Somebody's cart in a shop: a client, and the token where it is a visitor's.</summary>
internal sealed class Basket(HttpClient client, Shop shop, string? token = null)
{
    /// <summary>Sent with every request; the first answer gives a visitor one.</summary>
    public string? Token { get; set; } = token;

    public string Path => $"/api/v1/carts/{shop.StoreId}";

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> GetAsync() => SendAsync(HttpMethod.Get, Path);

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PutAsync(Guid variant, object quantity,
        string? ifMatch = null) =>
        SendAsync(HttpMethod.Put, $"{Path}/lines/{variant}", JsonSerializer.SerializeToNode(new { quantity }), ifMatch: ifMatch);

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> RemoveAsync(Guid variant, string? ifMatch = null) =>
        SendAsync(HttpMethod.Delete, $"{Path}/lines/{variant}", ifMatch: ifMatch);

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> ClearAsync(string? ifMatch = null) =>
        SendAsync(HttpMethod.Delete, Path, ifMatch: ifMatch);

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> CheckOutAsync(string? key = null,
        Action<JsonObject>? change = null)
    {
        var body = shop.Body();
        body.Remove("lines");
        change?.Invoke(body);
        return SendAsync(HttpMethod.Post, "/api/v1/orders/from-cart", body, key ?? Guid.CreateVersion7().ToString());
    }

    public async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> SendAsync(HttpMethod method, string path,
        JsonNode? body = null, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in new[] { ("X-Cart-Token", Token), ("Idempotency-Key", key), ("If-Match", ifMatch) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (response.Headers.TryGetValues("X-Cart-Token", out var given))
        {
            Token = given.Single();
        }

        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, response);
    }
}

internal static class CartAnswers
{
    /// <summary>Asserts the status, and for errors the code.</summary>
    public static async Task<JsonElement> ShouldBeAsync(this Task<(int Status, JsonElement Body, HttpResponseMessage Response)> sent,
        int status, string? code = null)
    {
        var (got, body, _) = await sent;
        Assert.True(got == status && (code is null || body.GetProperty("code").GetString() == code), $"{got}, not {status} {code}: {body}");
        return body;
    }

    /// <summary>Variant and quantity of each line, in order.</summary>
    public static List<(Guid Variant, long Quantity)> Lines(this JsonElement cart) =>
        [.. cart.GetProperty("lines").EnumerateArray()
        .Select(l => (l.GetProperty("variantId").GetGuid(), l.GetProperty("quantity").GetInt64()))];

    /// <summary>The codes of what has changed on a line.</summary>
    public static List<string> Changes(this JsonElement cart, Guid variant) =>
        [.. cart.Line(variant).GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("code").GetString()!)];

    public static JsonElement Line(this JsonElement cart, Guid variant) =>
        cart.GetProperty("lines").EnumerateArray().Single(l => l.GetProperty("variantId").GetGuid() == variant);

    public static long Version(this JsonElement cart) => cart.GetProperty("version").GetInt64();
}
