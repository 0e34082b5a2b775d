using System.Text.Json.Nodes;

namespace Holdfast.Tests.Http;

/// <summary>The bodies, with every member that their routes know.</summary>
public sealed partial class EveryRoute
{
    /// <summary>A key, too, may look like something else.</summary>
    private static JsonObject Metadata() => new() { ["k');--<b>"] = "v" };

    private static JsonObject Order(string store, string variant) => new()
    {
        ["storeId"] = store,
        ["lines"] = new JsonArray(Line(variant)),
        ["deliveryAddress"] = new JsonObject
        {
            ["name"] = "An",
            ["line1"] = "1 Lê Lợi",
            ["line2"] = "Tầng 2",
            ["city"] = "Huế",
            ["region"] = "TTH",
            ["postalCode"] = "530000",
            ["country"] = "VN"
        },
        ["contactPhone"] = "+84 90 000 0000",
        ["customer"] = new JsonObject { ["email"] = "an@example.com", ["name"] = "An" },
        ["paymentMethod"] = "online",
        ["expectedTotal"] = 174_000,
        ["note"] = "Gọi trước",
        ["metadata"] = Metadata(),
        ["externalId"] = "x-1",
        ["idempotencyKey"] = "k-1",
        ["discountCode"] = "ALWAYS",
        ["discountCodes"] = new JsonArray("always"),
        ["redeemPoints"] = 0,
        ["shippingFee"] = 30_000,
    };

    private static JsonObject Line(string variant) => new() { ["variantId"] = variant, ["quantity"] = 1 };

    private void FillBodies(string store, string variant)
    {
        IdentityBodies.AddTo(_bodies, store);
        _bodies["POST /api/v1/stores"] = new()
        {
            ["name"] = "Tiệm",
            ["slug"] = "tiem",
            ["currency"] = "VND",
            ["timeZone"] = "UTC",
            ["externalId"] = "s",
            ["metadata"] = Metadata(),
            ["shippingRates"] = new JsonArray(new JsonObject { ["from"] = 0, ["fee"] = 30_000 }),
            ["paymentMethods"] = new JsonArray("online", "bank_transfer", "cash_on_delivery"),
            ["combinesDiscounts"] = true,
            ["tax"] = new JsonObject
            {
                ["included"] = true,
                ["rate"] = 8,
                ["shipping"] = 10,
                ["categories"] = new JsonArray(new JsonObject { ["category"] = "c", ["rate"] = 5 })
            },
        };
        _bodies["PUT /api/v1/stores/{id}"] = _bodies["POST /api/v1/stores"].DeepClone().AsObject();
        _bodies["POST /api/v1/products"] = new()
        {
            ["storeId"] = store,
            ["name"] = "Áo",
            ["description"] = "d",
            ["category"] = "c",
            ["externalId"] = "p",
            ["metadata"] = Metadata(),
            ["paymentMethods"] = new JsonArray("online", "cash_on_delivery"),
            ["variants"] = new JsonArray(new JsonObject
            {
                ["sku"] = "ao",
                ["name"] = "M",
                ["price"] = 145_000,
                ["attributes"] = new JsonObject { ["size"] = "M" },
                ["metadata"] = Metadata(),
                ["externalId"] = "v",
                ["purchaseLimit"] = 1000,
                ["active"] = true,
            }),
        };
        _bodies["PUT /api/v1/products/{id}"] = _bodies["POST /api/v1/products"].DeepClone().AsObject();
        _bodies["PUT /api/v1/products/{id}"].Remove("storeId");
        _bodies["PUT /api/v1/products/{id}"]["variants"]![0]!["id"] = variant;
        FillInventory(store, variant);
        _bodies["POST /api/v1/dead-letters/redrive"] = new() { ["lane"] = "order_inbox" };
        _bodies["PUT /api/v1/carts/{storeId}/lines/{variantId}"] = new() { ["quantity"] = 1 };
        FillOrders(store, variant);
    }

    private void FillInventory(string store, string variant)
    {
        _bodies["PUT /api/v1/inventory/{variantId}"] = new() { ["lowStockThreshold"] = 5 };
        _bodies["POST /api/v1/inventory/{variantId}/receipts"] = new() { ["quantity"] = 1, ["reference"] = "r" };
        _bodies["POST /api/v1/inventory/{variantId}/adjustments"] = new() { ["delta"] = 1, ["reason"] = "count" };
        _bodies["POST /api/v1/inventory/counts"] = new()
        {
            ["storeId"] = store,
            ["reason"] = "stock-take",
            ["lines"] = new JsonArray(new JsonObject { ["variantId"] = variant, ["counted"] = 1000 }),
        };
        _bodies["POST /api/v1/inventory/reservations"] = new()
        {
            ["lines"] = new JsonArray(Line(variant)),
            ["ttlSeconds"] = 60,
            ["reference"] = "r",
        };
    }

    private void FillOrders(string store, string variant)
    {
        _bodies["POST /api/v1/orders/from-cart"] = Order(store, variant);
        _bodies["POST /api/v1/orders/from-cart"].Remove("lines");
        _bodies["POST /api/v1/orders"] = Order(store, variant);
        _bodies["POST /api/v1/orders/quote"] = Order(store, variant);
        _bodies["PUT /api/v1/orders/{id}"] = new()
        {
            ["deliveryAddress"] = "1 Lê Lợi, Huế",
            ["contactPhone"] = "1",
            ["note"] = "n",
            ["version"] = 1,
            ["status"] = "confirmed",
            ["idempotencyKey"] = "k-1",
            ["customer"] = new JsonObject { ["email"] = "an@example.com", ["name"] = "An" },
        };
        _bodies["POST /api/v1/orders/{id}/confirm"] = new() { ["token"] = "t", ["idempotencyKey"] = "k-1" };
        _bodies["POST /api/v1/orders/unpaid-holds/release"] = new()
        {
            ["storeId"] = store,
            ["orderIds"] = new JsonArray(variant),
            ["variantId"] = variant,
            ["contactPhone"] = "+84 90 123 4567",
            ["email"] = "nobody@example.com",
            ["reason"] = "r"
        };
        _bodies["POST /api/v1/orders/{id}/cancel"] = new()
        {
            ["reason"] = "r",
            ["lines"] = new JsonArray(Line(variant)),
            ["idempotencyKey"] = "k-1"
        };
        _bodies["POST /api/v1/orders/{id}/deliver"] = new() { ["idempotencyKey"] = "k-1" };
        _bodies["POST /api/v1/orders/{id}/ship"] = new()
        {
            ["lines"] = new JsonArray(Line(variant)),
            ["carrier"] = "c",
            ["trackingNumber"] = "t",
            ["idempotencyKey"] = "k-1"
        };
        _bodies["POST /api/v1/orders/{id}/return"] = new()
        {
            ["lines"] = new JsonArray(Line(variant)),
            ["restock"] = true,
            ["idempotencyKey"] = "k-1"
        };
        _bodies["POST /api/v1/orders/{id}/payments"] = new()
        {
            ["transactionId"] = "t",
            ["amount"] = 1,
            ["currency"] = "VND",
            ["provider"] = "bank",
            ["method"] = "card",
            ["installments"] = 3,
            ["receivedAt"] = "2026-01-02T03:04:05Z",
            ["idempotencyKey"] = "k-1",
        };
    }

    private void FillOffers(string store)
    {
        _bodies["POST /api/v1/discount-codes"] = new()
        {
            ["code"] = "SUMMER",
            ["kind"] = "fixed",
            ["value"] = 1000,
            ["currency"] = "VND",
            ["startsAt"] = "2026-01-02T03:04:05Z",
            ["endsAt"] = "2099-01-02T03:04:05Z",
            ["minimumSubtotal"] = 1,
            ["usageLimit"] = 100,
            ["usageLimitPerCustomer"] = 2,
            ["categories"] = new JsonArray("c"),
            ["active"] = true,
        };
        _bodies["PUT /api/v1/discount-codes/{code}"] = _bodies["POST /api/v1/discount-codes"].DeepClone().AsObject();
        _bodies["PUT /api/v1/discount-codes/{code}"].Remove("code");
        _bodies["POST /api/v1/discount-codes/{code}/quote"] = new() { ["storeId"] = store, ["subtotal"] = 5000, ["category"] = "c" };
        _bodies["PUT /api/v1/stores/{id}/loyalty-program"] = new()
        {
            ["amountPerPoint"] = 1000,
            ["pointValue"] = 10,
            ["expiresAfterDays"] = 365
        };
        _bodies["POST /api/v1/loyalty/{customerId}/adjustments"] = new() { ["storeId"] = store, ["points"] = 5, ["reason"] = "sorry" };
    }
}
