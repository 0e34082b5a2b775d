using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>What there is at the paths, whose it is, and who else comes by.</summary>
public sealed partial class EveryRoute
{
    private const string OwnerEmail = "whose-it-is@example.com";
    private const string OwnerPhone = "+84 91 234 5678";
    private const string OwnerStreet = "7 Quiet Alley";

    private readonly List<string> _secrets = [OwnerEmail, OwnerPhone, OwnerStreet];

    /// <summary>
    /// What only those may learn whose it is: the owner's email, phone, address and id, their order, and ids of what the store has.
    /// </summary>
    public IReadOnlyList<string> Secrets => _secrets;

    /// <summary>The customer whose the order, the cart and the points are.</summary>
    public HttpClient Owner { get; private set; } = null!;

    /// <summary>Works for the store.</summary>
    public HttpClient Staff { get; private set; } = null!;

    /// <summary>API keys: of the store and of another with every scope, and of the store with one scope alone, of a document.</summary>
    public HttpClient Key { get; private set; } = null!;

    public HttpClient KeyElsewhere { get; private set; } = null!;

    public HttpClient KeyWithoutScope { get; private set; } = null!;

    /// <summary>Works for another store.</summary>
    public HttpClient StaffElsewhere { get; private set; } = null!;

    /// <summary>Makes what a DELETE may have taken away again, so that the next caller finds it.</summary>
    public async Task RenewAsync(RouteRule route)
    {
        switch (Pattern(route))
        {
            case "DELETE /api/v1/webhook-endpoints/{id}":
                _ids["/webhook-endpoints/{id}"] = await MakeAsync("/api/v1/webhook-endpoints", _bodies["POST /api/v1/webhook-endpoints"]);
                break;
            case "DELETE /api/v1/orders/{id}":
                await OrderAsync();
                await AnswerAsync($"/api/v1/orders/{_ids["/orders/{id}"]}/cancel", []);
                break;
            default:
                break;
        }
    }

    private static string Pattern(RouteRule route) => $"{route.Method} {route.Pattern}";

    private async Task FillAsync()
    {
        var page = await Admin.GetFromJsonAsync<JsonElement>("/api/v1/products?limit=100");
        var product = page.GetProperty("items").EnumerateArray()
            .First(p => p.GetProperty("name").GetString()!.StartsWith("Cà phê", StringComparison.Ordinal));
        var (store, variant) = (DemoStore.StoreId.ToString(), product.GetProperty("variants")[0].GetProperty("id").GetString()!);
        FillBodies(store, variant);
        FillOffers(store);
        _ids["/stores/{id}"] = store;
        _ids["/products/{id}"] = product.GetProperty("id").GetString()!;
        _ids["/inventory/{variantId}"] = variant;
        _ids["/carts/{storeId}"] = store;
        _ids["/carts/{storeId}/lines/{variantId}"] = variant;
        _ids["/discount-codes/{code}"] = "SPRING";
        await FillPeopleAsync();
        await FillWebhooksAsync(store);
        await FillCodesAsync(store);
        _ids["/inventory/reservations/{id}"] = await MakeAsync("/api/v1/inventory/reservations",
            _bodies["POST /api/v1/inventory/reservations"]);
        await FillDeadLetterAsync();
        await OrderAsync();
        foreach (var of in new[] { "/inventory/reservations/{id}", "/webhook-endpoints/{id}",
            "/webhook-endpoints/{id}/deliveries/{deliveryId}", "/api-keys/{id}", "/dead-letters/{id}", "/customers/{id}" })
        {
            _secrets.Add(_ids[of]);
        }

        // The cart of whoever shows the token, and the owner's own.
        var line = Rules.Single(r => r is { Method: "PUT", Pattern: "/api/v1/carts/{storeId}/lines/{variantId}" });
        foreach (var client in new[] { Admin, Owner })
        {
            using var put = new HttpRequestMessage(HttpMethod.Put, Path(line))
            {
                Content = JsonContent.Create(new { quantity = 1 }),
                Headers = { { "X-Cart-Token", CartToken } }
            };
            using var filled = await client.SendAsync(put);
            Assert.True(filled.IsSuccessStatusCode, await filled.Content.ReadAsStringAsync());
        }
    }

    private async Task FillPeopleAsync()
    {
        var elsewhere = await MakeAsync("/api/v1/stores", new() { ["name"] = "Elsewhere", ["slug"] = "elsewhere", ["currency"] = "VND" });
        var accounts = Server.Get<AccountStore>();
        var owner = (await accounts.CreateAsync(Role.Customer, OwnerEmail, null, "a password", [])).Value;
        Owner = Server.Client(TestServer.Token(Role.Customer, owner.Id, OwnerEmail));
        Staff = await StaffAsync("staff@example.com", DemoStore.StoreId);
        StaffElsewhere = await StaffAsync("other-staff@example.com", Guid.Parse(elsewhere));
        _ids["/customers/{id}"] = _ids["/loyalty/{customerId}"] = owner.Id.ToString();

        JsonNode[] scopes = [.. Rules.Where(r => r.Access is not (Access.Staff or Access.Admin)).Select(r => r.Scope).Distinct()
            .Select(s => JsonValue.Create(s))];
        Key = await KeyAsync(DemoStore.StoreId.ToString(), scopes);
        KeyElsewhere = await KeyAsync(elsewhere, scopes);
        KeyWithoutScope = await KeyAsync(DemoStore.StoreId.ToString(), "asyncapi:read");
        // The last one is there to be revoked.
        await KeyAsync(DemoStore.StoreId.ToString(), scopes);

        async Task<HttpClient> StaffAsync(string email, Guid of)
        {
            var account = (await accounts.CreateAsync(Role.Staff, email, null, "a password", [of])).Value;
            return Server.Client(TestServer.Token(Role.Staff, account.Id, email, of));
        }

        async Task<HttpClient> KeyAsync(string of, params JsonNode[] granted)
        {
            var made = await AnswerAsync("/api/v1/api-keys",
                new()
                {
                    ["name"] = "ERP",
                    ["storeIds"] = new JsonArray(of),
                    ["scopes"] = new JsonArray([.. granted.Select(s => s.DeepClone())])
                });
            _ids["/api-keys/{id}"] = made.GetProperty("id").GetString()!;
            return Server.Client(made.GetProperty("key").GetString());
        }
    }

    /// <summary>Codes: of the store, of all stores, and one that fits every order.</summary>
    private async Task FillCodesAsync(string store)
    {
        var code = _bodies["POST /api/v1/discount-codes"];
        await MakeAsync("/api/v1/discount-codes", With(code, "code", "SPRING"));
        var own = With(With(code, "code", "SPRING"), "storeId", store);
        own.Remove("currency");
        await MakeAsync("/api/v1/discount-codes", own);
        await MakeAsync("/api/v1/discount-codes",
            new() { ["code"] = "ALWAYS", ["kind"] = "fixed", ["value"] = 1000, ["currency"] = "VND" });
        // What an order takes away, so that its body can say which.
        foreach (var route in new[] { "POST /api/v1/orders", "POST /api/v1/orders/quote", "POST /api/v1/orders/from-cart" })
        {
            _bodies[route]["reservationId"] = await MakeAsync("/api/v1/inventory/reservations",
                _bodies["POST /api/v1/inventory/reservations"]);
        }
    }

    private async Task FillDeadLetterAsync()
    {
        var id = Guid.CreateVersion7();
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync(
            "INSERT INTO dead_letters (id, lane, type, reason, payload, attempts, created_at) VALUES ($1, 'order_inbox', "
            + "'payment.success', 'poison', $2, 8, $3)",
            id, "{}"u8.ToArray(), await tx.NowAsync()));
        _ids["/dead-letters/{id}"] = id.ToString();
    }

    /// <summary>The owner's order, with what is theirs alone.</summary>
    private async Task OrderAsync()
    {
        var body = Order(DemoStore.StoreId.ToString(), _ids["/inventory/{variantId}"]);
        foreach (var name in new[] { "customer", "shippingFee", "discountCode", "discountCodes", "expectedTotal", "externalId" })
        {
            body.Remove(name);
        }

        (body["contactPhone"], body["deliveryAddress"]!["line1"]) = (OwnerPhone, OwnerStreet);
        var made = await AnswerAsync("/api/v1/orders", body, Owner);
        _ids["/orders/{id}"] = made.GetProperty("id").GetString()!;
        _secrets.AddRange(_ids["/orders/{id}"], made.GetProperty("number").GetString()!);
    }

    private static JsonObject With(JsonObject body, string name, string value)
    {
        var copy = body.DeepClone().AsObject();
        copy[name] = value;
        return copy;
    }
}
