using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// <c>GET /orders/unpaid-holds?storeId&amp;variantId</c>: what strangers hold without money in a store, the newest first.
/// </summary>
internal sealed class ListUnpaidHolds(Db db)
{
    private const string Select =
        "SELECT h.order_id, o.number, h.variant_id, l.sku, l.product_name, h.quantity, o.payment_method, o.status, o.customer_email, "
        + "o.contact_phone, o.delivery_address, h.expires_at, h.created_at FROM unpaid_holds h JOIN orders o ON o.id = h.order_id "
        + "JOIN order_lines l ON l.order_id = h.order_id AND l.variant_id = h.variant_id";

    private sealed record Hold(Guid OrderId, string Number, Guid VariantId, string Sku, string ProductName, long Quantity,
        string PaymentMethod, string Status, string Email,
        string ContactPhone, JsonElement DeliveryAddress, DateTime? ExpirationTime, DateTime CreatedAt);

    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, keyParts: 3);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        if (!Guid.TryParseExact(request.Query("storeId"), "D", out var storeId))
        {
            return Errors.Invalid("storeId", "is required: a UUID");
        }

        if (!request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        var filter = new Filter();
        filter.And("h.store_id = {0}", storeId);
        if (request.Query("variantId") is { } variant)
        {
            if (!Guid.TryParseExact(variant, "D", out var variantId))
            {
                return Errors.Invalid("variantId", "must be a UUID");
            }

            filter.And("h.variant_id = {0}", variantId);
        }

        if (paging.Value.After is { } after && !Continue(filter, after))
        {
            return Errors.Invalid("cursor", "is not one that was given out");
        }

        var rows = await db.ReadAsync(s =>
            s.QueryAsync(
            $"{Select}{filter.Where} ORDER BY h.created_at DESC, h.order_id DESC, h.variant_id DESC LIMIT ${filter.Args.Count + 1}",
            r => new Hold(r.Uuid(0), r.Text(1), r.Uuid(2), r.Text(3), r.Text(4), r.Long(5), r.Text(6), r.Text(7), r.Text(8), r.Text(9),
            Json(r.Text(10)), r.TimeOrNull(11), r.Time(12)),
            [.. filter.Args, paging.Value.Limit + 1]), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, h => [.. Paging.Key(h.CreatedAt, h.OrderId), h.VariantId.ToString()]));
    }

    private static bool Continue(Filter filter, string[] after)
    {
        if (!long.TryParse(after[0], out var ticks) || ticks < 0 || ticks > DateTime.MaxValue.Ticks
            || !Guid.TryParseExact(after[1], "D", out var order)
            || !Guid.TryParseExact(after[2], "D", out var variant))
        {
            return false;
        }

        filter.And("(h.created_at, h.order_id, h.variant_id) < ({0}, {1}, {2})", new DateTime(ticks, DateTimeKind.Utc), order, variant);
        return true;
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
