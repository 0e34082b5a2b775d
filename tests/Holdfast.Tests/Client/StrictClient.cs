using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Client;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Client;

/// <summary>
/// Clients of a test's server that refuse what a stranger's client forgives: a member that no record has, one that is missing, a null where
/// none may be.
/// </summary>
internal static class StrictClient
{
    public static JsonSerializerOptions Json { get; } = new(HoldfastJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>A client that sends the token, or none.</summary>
    public static HoldfastClient Of(TestServer server, string? token, HttpMessageHandler? transport = null) =>
        Of(new HoldfastClientOptions { BaseAddress = server.Address, AccessToken = _ => new(token) }, transport);

    public static HoldfastClient Of(HoldfastClientOptions options, HttpMessageHandler? transport = null) =>
        new(HoldfastClient.Connect(options, transport), options, Json);

    public static HoldfastClient Admin(TestServer server, HttpMessageHandler? transport = null) =>
        Of(server, TestServer.Token(Role.Admin, TestServer.AdminId, "admin@example.com"), transport);

    public static HoldfastClient Staff(TestServer server, Guid store) =>
        Of(server, TestServer.Token(Role.Staff, Guid.CreateVersion7(), "staff@example.com", store));

    public static HoldfastClient Customer(TestServer server, Guid id) =>
        Of(server, TestServer.Token(Role.Customer, id, $"{id:N}@example.com"));
}

/// <summary>A store with something to sell, made with the client.</summary>
internal sealed record ClientShop(Store Store, Product Product)
{
    public Guid Variant => Product.Variants[0].Id;

    /// <param name="pieces">On hand of each variant.</param>
    public static async Task<ClientShop> MakeAsync(HoldfastClient admin, long pieces = 100, int variants = 2)
    {
        var name = $"s-{Guid.CreateVersion7():N}";
        var store = await admin.Stores.CreateAsync(new(name, "Tiệm", "VND", ShippingRates: [new(0, 30_000), new(500_000, 0)],
            Tax: new(Included: true, Rate: 8, [new("Sách", 5)], Shipping: 10), CombinesDiscounts: true,
            Metadata: new Dictionary<string, string> { ["erp"] = "7" }, ExternalId: name));
        var product = await admin.Products.CreateAsync(new("Cà phê",
            [.. Enumerable.Range(1, variants).Select(i => new VariantBody($"CF-{i}", 145_000, Name: $"Gói {i}",
                Attributes: new Dictionary<string, string> { ["size"] = "M" }))], store.Id, Category: "Thực phẩm"));
        await admin.Inventory.CountAsync(new(store.Id, "stock-take", [.. product.Variants.Select(v => new CountedLine(v.Id, pieces))]));
        return new ClientShop(store, product);
    }

    /// <summary>An order of one piece, by a guest unless the buyer is null.</summary>
    public PlaceOrder Order(string? email = "an@example.com", long quantity = 1) => new()
    {
        StoreId = Store.Id,
        Lines = [new(Variant, quantity)],
        DeliveryAddress = new AddressParts("An", "1 Lê Lợi", "Huế", "VN", Region: "TTH"),
        ContactPhone = "+84 90 123 4567",
        Customer = email is null ? null : new(email, "An"),
    };
}
