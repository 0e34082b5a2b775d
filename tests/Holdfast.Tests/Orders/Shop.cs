using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;

namespace Holdfast.Tests.Orders;

/// <summary>A store with variants and stock, written straight into the tables, and short ways to order from it.</summary>
public sealed partial class Shop
{
    private readonly Db _db;

    private Shop(Db db) => _db = db;

    public Guid StoreId { get; } = Guid.CreateVersion7();

    public IReadOnlyList<Guid> Variants { get; private set; } = [];

    public Guid Variant => Variants[0];

    /// <summary>A shop whose variants cost 1,000 * (index + 1) and have this much stock each.</summary>
    public static async Task<Shop> CreateAsync(Db db, params long[] stock)
    {
        var shop = new Shop(db);
        await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync(
                "INSERT INTO stores (id, slug, name, currency, time_zone, version, created_at, updated_at) VALUES ($1, $2, $3, 'VND', "
                + "'Asia/Ho_Chi_Minh', 1, $4, $4)",
                shop.StoreId, $"s-{shop.StoreId:N}", "Cửa hàng", now);
            var variants = new List<Guid>();
            for (var i = 0; i < stock.Length; i++)
            {
                variants.Add(await shop.AddVariantAsync(tx, now, i, 1000 * (i + 1), stock[i], null));
            }

            shop.Variants = variants;
        });
        return shop;
    }

    public Task<Guid> AddVariantAsync(long price, long stock, int? limit) => _db.WriteAsync(async tx =>
    {
        var id = await AddVariantAsync(tx, await tx.NowAsync(), Variants.Count, price, stock, limit);
        Variants = [.. Variants, id];
        return id;
    });

    private async Task<Guid> AddVariantAsync(Tx tx, DateTime now, int index, long price, long stock, int? limit)
    {
        var (product, variant) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await tx.ExecuteAsync(
            "INSERT INTO products (id, store_id, name, search_text, version, created_at, updated_at) VALUES ($1, $2, $3, '', 1, $4, $4)",
            product, StoreId, $"Áo dài {index}", now);
        await tx.ExecuteAsync(
            "INSERT INTO variants (id, product_id, store_id, position, sku, price, purchase_limit, active) VALUES ($1, $2, $3, 0, $4, "
            + "$5, $6{as int}, $7)",
            variant, product, StoreId, $"SKU-{index}", price, limit, true);
        await tx.ExecuteAsync(
            "INSERT INTO stock (variant_id, location_id, store_id, on_hand, reserved, shortfall, movements, event_sequence) VALUES ($1, "
            + "$2, $2, $3, 0, 0, 1, 0)",
            variant, StoreId, stock);
        await tx.ExecuteAsync(
            "INSERT INTO stock_movements (variant_id, location_id, sequence, store_id, on_hand_delta, reserved_delta, reason, reference, "
            + "created_at) VALUES ($1, $2, 1, $2, $3, 0, 'receipt', 'initial', $4)", variant, StoreId, stock, now);
        return variant;
    }

    public JsonObject Body(params (int Index, long Quantity)[] lines) => new()
    {
        ["storeId"] = StoreId,
        ["lines"] = new JsonArray(
            [.. (lines.Length == 0 ? [(0, 1L)]
            : lines).Select(l => new JsonObject { ["variantId"] = Variants[l.Index], ["quantity"] = l.Quantity })]),
        ["deliveryAddress"] = new JsonObject
        {
            ["name"] = "Nguyễn Văn A",
            ["line1"] = "1 Lê Lợi",
            ["city"] = "Đà Nẵng",
            ["country"] = "VN"
        },
        ["contactPhone"] = "+84 90 000 0000",
        ["customer"] = new JsonObject { ["email"] = "a@example.com", ["name"] = "Nguyễn Văn A" },
    };

    public static async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PostAsync(HttpClient client, string path,
        JsonNode? body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            $"/api/v1{path}")
        { Content = JsonContent.Create(body ?? new JsonObject()) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, response);
    }

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> OrderAsync(HttpClient client, JsonObject? body = null,
        string? key = null) =>
        PostAsync(client, "/orders", body ?? Body(), key);

    /// <summary>A command for the engine in process.</summary>
    public PlaceRequest Placing(long quantity = 1, string email = "a@example.com", Guid? variant = null,
        IReadOnlyList<CommitParticipant>? participants = null,
        string? note = null) => new(
        new PlaceCommand
        {
            OrderId = Guid.CreateVersion7(),
            StoreId = StoreId,
            Lines = [new StockLine(variant ?? Variant, quantity)],
            Email = email,
            EmailKey = email,
            DeliveryAddress = "\"1 Lê Lợi, Đà Nẵng\"",
            ContactPhone = "1",
            Actor = "guest",
            Note = note,
            Participants = participants ?? [],
        },
        new IdempotencyKey(Guid.CreateVersion7(), [1, 2, 3]));

    public Task<(long OnHand, long Reserved)> StockAsync(Guid? variant = null) => _db.ReadAsync(s =>
        s.FirstAsync("SELECT on_hand, reserved FROM stock WHERE variant_id = $1", r => (r.Long(0), r.Long(1)), variant ?? Variant))!;

    public Task<long> CountAsync(string sql, params object?[] args) => _db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0), args));
}
