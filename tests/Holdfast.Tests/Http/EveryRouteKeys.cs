using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>What each route that honours an Idempotency-Key can be asked for again and again: something new every time.</summary>
public sealed partial class EveryRoute
{
    /// <summary>Routes that do not look at an Idempotency-Key, and why.</summary>
    private static readonly Dictionary<string, string> Keyless = new()
    {
        ["/auth/"] = "the answers are tokens, or nothing is made twice",
        ["/api-keys"] = "the answer is a secret",
        ["/webhook-endpoints$"] = "the answer has a secret",
        ["/quote"] = "changes nothing",
        ["/unpaid-holds/release"] = "what was released is not there to be released again",
        ["/orders/lookup"] = "mails at most once a minute",
        ["/dead-letters/"] = "what was redriven is not there to be redriven again",
    };

    /// <summary>The routes that honour a key: each POST that <see cref="Keyless"/> does not except, and the PUT of an order.</summary>
    public IEnumerable<RouteRule> Keyed => Rules.Where(r => r is { Method: "PUT", Pattern: "/api/v1/orders/{id}" }
        || (r.Method == "POST" && !Keyless.Keys.Any(k => $"{r.Pattern}$".Contains(k, StringComparison.Ordinal))));

    /// <summary>A path and a body that the route will take, once: what it is to change is made for it.</summary>
    /// <param name="guestsOrder">Whether the order to be changed is a guest's; then its access key comes with it.</param>
    public async Task<(string Path, byte[] Body, string? AccessKey)> MakeReadyAsync(RouteRule route, bool guestsOrder = false)
    {
        var body = HasBody(route) ? _bodies[Pattern(route)].DeepClone().AsObject() : [];
        var unique = Guid.CreateVersion7().ToString("N");
        string? accessKey = null;
        foreach (var name in new[] { "idempotencyKey", "externalId", "reservationId", "expectedTotal", "discountCode", "shippingFee",
            "status" })
        {
            body.Remove(name);
        }

        if (route.Pattern.EndsWith("/orders/{id}/cancel", StringComparison.Ordinal))
        {
            body.Remove("lines");
        }

        if (route.Method == "PUT")
        {
            // Only the shop corrects who its buyer is.
            body.Remove("customer");
        }

        foreach (var name in new[] { "slug", "code", "reference", "transactionId" }.Where(body.ContainsKey))
        {
            body[name] = unique;
        }

        if (body["variants"]?[0] is JsonObject variant)
        {
            variant["sku"] = unique;
            variant.Remove("externalId");
        }

        if (route.Pattern.Contains("/reservations/{id}", StringComparison.Ordinal))
        {
            _ids["/inventory/reservations/{id}"] = await MakeAsync("/api/v1/inventory/reservations",
                _bodies["POST /api/v1/inventory/reservations"]);
        }
        else if (route.Pattern.StartsWith("/api/v1/orders/{id}", StringComparison.Ordinal))
        {
            accessKey = await MakeOrderReadyAsync(route.Pattern.Split('/')[^1], guestsOrder ? Server.Guest : Admin);
            if (body.ContainsKey("token"))
            {
                body["token"] = Server.Get<Holdfast.Identity.Links.AccessKeys>().Mailed(Guid.Parse(_ids["/orders/{id}"]), "an@example.com");
            }
        }
        else if (route.Pattern.EndsWith("/from-cart", StringComparison.Ordinal))
        {
            await FillCartAsync();
        }

        return (Path(route), System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), accessKey);
    }

    private async Task<string?> MakeOrderReadyAsync(string change, HttpClient buyer)
    {
        var body = Order(DemoStore.StoreId.ToString(), _ids["/inventory/{variantId}"]);
        foreach (var name in new[] { "externalId", "expectedTotal", "discountCode", "shippingFee", "idempotencyKey" })
        {
            body.Remove(name);
        }

        // Confirmed at once.
        body["paymentMethod"] = "cash_on_delivery";
        var order = await AnswerAsync("/api/v1/orders", body, buyer);
        var id = order.GetProperty("id").GetString()!;
        if (change is "deliver" or "return")
        {
            await AnswerAsync($"/api/v1/orders/{id}/ship", []);
        }

        if (change == "return")
        {
            await AnswerAsync($"/api/v1/orders/{id}/deliver", []);
        }

        _ids["/orders/{id}"] = id;
        return order.TryGetProperty("accessKey", out var key) ? key.GetString() : null;
    }

    private async Task FillCartAsync()
    {
        var line = Rules.Single(r => r is { Method: "PUT", Pattern: "/api/v1/carts/{storeId}/lines/{variantId}" });
        using var put = new HttpRequestMessage(HttpMethod.Put, Path(line)) { Headers = { { "X-Cart-Token", CartToken } } };
        put.Content = System.Net.Http.Json.JsonContent.Create(new JsonObject { ["quantity"] = 1 });
        using var filled = await Admin.SendAsync(put);
        Assert.True(filled.IsSuccessStatusCode, await filled.Content.ReadAsStringAsync());
    }
}
