using Holdfast.Client;

namespace Holdfast.Tests.Client;

/// <summary>The sample of the client's README, compiled; a test compares it with the page and runs it.</summary>
internal static class ReadmeSample
{
    public static async Task RunAsync(Uri address, StringWriter Console)
    {
        // The sample begins.
        string? token = null;
        using var shop = new HoldfastClient(new() { BaseAddress = address, AccessToken = _ => new(token) });

        var session = await shop.Account.SignInAsync(new("an@example.com", "một mật khẩu dài"));
        token = session.AccessToken;

        var store = (await shop.Stores.ListAsync(slug: "demo")).Items.Single();
        await foreach (var product in shop.Products.ListAllAsync(store.Id, q: "ca phe"))
        {
            await shop.Carts.SetLineAsync(store.Id, product.Variants[0].Id, new(Quantity: 2));
        }

        try
        {
            CheckOut order = new() { StoreId = store.Id, DeliveryAddress = "1 Lê Lợi, Đà Nẵng", ContactPhone = "+84 90 123 4567" };
            var placed = await shop.Carts.CheckOutAsync(order);
            Console.WriteLine($"{placed.Number} costs {placed.Total} {placed.Currency} and is {placed.Status}.");
        }
        catch (HoldfastException refusal) when (refusal.Code == "insufficient_stock")
        {
            Console.WriteLine($"Only {refusal.Shortages[0].Available} are left.");
        }
        // The sample ends.
    }
}
