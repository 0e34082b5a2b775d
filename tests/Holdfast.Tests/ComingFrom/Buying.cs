using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>What several tests of docs/coming-from.md do.</summary>
internal static class Buying
{
    /// <summary>A customer's order as other services take it: the address is one text, and the buyer is known from the token.</summary>
    public static JsonObject Body(Shop shop, long quantity = 2)
    {
        var body = shop.Body((0, quantity));
        body.Remove("customer");
        body["deliveryAddress"] = "123 Nguyễn Huệ, Quận 1";
        body["contactPhone"] = "0901234567";
        return body;
    }

    /// <summary>Places such an order and answers with it.</summary>
    public static async Task<JsonElement> PlaceAsync(Shop shop, HttpClient buyer, long quantity = 2)
    {
        var (status, order, _) = await shop.OrderAsync(buyer, Body(shop, quantity));
        Assert.True(status == 201, order.ToString());
        return order;
    }

    public static string Text(this JsonElement of, string name) => of.GetProperty(name).GetString()!;

    public static long Whole(this JsonElement of, string name) => of.GetProperty(name).GetInt64();

    public static bool Has(this JsonElement of, string name) => of.TryGetProperty(name, out _);
}
