using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>What those who work for a shop do with its orders, over HTTP.</summary>
public sealed class Desk(TestServer server, Shop shop)
{
    public async Task<JsonElement> PlaceAsync(JsonObject body, HttpClient? by = null)
    {
        var (status, order, _) = await shop.OrderAsync(by ?? server.Guest, body);
        Assert.True(status == 201, order.ToString());
        return order;
    }

    /// <summary>Does it as staff of the shop and answers with the order.</summary>
    public async Task<JsonElement> DoAsync(JsonElement order, string what, JsonNode? body = null)
    {
        var (status, answer, _) = await Shop.PostAsync(server.Staff(shop.StoreId), $"/orders/{Id(order)}/{what}", body);
        Assert.True(status is 200 or 201, $"{what}: {status} {answer}");
        return answer;
    }

    public async Task RefusedAsync(JsonElement order, string what, JsonNode? body, int expected, string code, HttpClient? by = null)
    {
        var (status, answer, _) = await Shop.PostAsync(by ?? server.Staff(shop.StoreId), $"/orders/{Id(order)}/{what}", body);
        Assert.Equal((expected, code), (status, answer.GetProperty("code").GetString()));
    }

    public Task<JsonElement> PayAsync(JsonElement order, long? amount = null, string? transaction = null, string provider = "bank") =>
        DoAsync(order, "payments", Payment(amount ?? Number(order, "total"), transaction, provider));

    public static JsonObject Payment(long amount, string? transaction = null, string provider = "bank") => new()
    {
        ["transactionId"] = transaction ?? Guid.CreateVersion7().ToString(),
        ["amount"] = amount,
        ["currency"] = "VND",
        ["provider"] = provider,
    };

    /// <summary>A body with so many pieces of some of the shop's variants.</summary>
    public JsonObject Lines(params (int Index, long Quantity)[] lines) => new()
    {
        ["lines"] = new JsonArray([.. lines.Select(l => new JsonObject { ["variantId"] = shop.Variants[l.Index],
            ["quantity"] = l.Quantity })]),
    };

    /// <summary>Lets the order's time run out, on the database's clock, without a sweep.</summary>
    public Task OverdueAsync(JsonElement order) => server.Db.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE id = $1", Id(order), (await tx.NowAsync()).AddSeconds(-1)));

    public Task<JsonElement> GetAsync(JsonElement order) => server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{Id(order)}");

    public static Guid Id(JsonElement order) => order.GetProperty("id").GetGuid();

    /// <summary>A member that is left out where it is 0.</summary>
    public static long Number(JsonElement of, string name) => of.TryGetProperty(name, out var number) ? number.GetInt64() : 0;

    public static (string Status, string Payment, long Paid, long Due) State(JsonElement order) => (order.GetProperty("status")
        .GetString()!,
        order.GetProperty("paymentStatus").GetString()!, Number(order, "amountPaid"), Number(order, "refundDue"));
}
