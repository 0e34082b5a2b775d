using Holdfast.Identity.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// <c>GET /orders/unpaid-holds?storeId&amp;variantId</c>: what strangers hold without money in a store, the newest first; and
/// <c>POST /orders/unpaid-holds/release</c>: cancels such orders, many in one call.
/// </summary>
internal sealed class UnpaidHolds(Db db, ChangeQueue queue, OrderOptions options)
{
    /// <summary>The most orders of one call; whoever has more repeats it.</summary>
    private const int MostAtOnce = 1000;

    private const string Select =
        "SELECT h.order_id, o.number, h.variant_id, l.sku, l.product_name, h.quantity, o.payment_method, o.status, o.customer_email, "
        + "o.contact_phone, o.delivery_address, h.expires_at, h.created_at FROM unpaid_holds h JOIN orders o ON o.id = h.order_id "
        + "JOIN order_lines l ON l.order_id = h.order_id AND l.variant_id = h.variant_id";

    private sealed record Hold(Guid OrderId, string Number, Guid VariantId, string Sku, string ProductName, long Quantity,
        string PaymentMethod, string Status, string Email,
        string ContactPhone, System.Text.Json.JsonElement DeliveryAddress, DateTime? ExpirationTime, DateTime CreatedAt);

    private sealed record Kept(Guid OrderId, string Code);

    public async Task<Reply> ListAsync(Request request)
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

    /// <summary>
    /// Cancels the orders that are named, or all that hold a variant, or that one phone or mailbox holds. Only what is such a hold still:
    /// an order that was paid or confirmed since stays, and the answer says so.
    /// </summary>
    public async Task<Reply> ReleaseAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var storeId = fields.Uuid("storeId");
        var reason = fields.TextOrNull("reason", 500);
        var filter = new Filter();
        filter.And("h.store_id = {0}", storeId);
        ReadChoice(fields, filter);
        if (fields.Done() is { } error)
        {
            return error;
        }

        if (!request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        var found = await db.ReadAsync(s =>
            s.QueryAsync("SELECT o.id, o.version FROM orders o WHERE o.id IN (SELECT h.order_id FROM unpaid_holds h"
            + $"{filter.Where}) ORDER BY o.id LIMIT {MostAtOnce + 1}", r => (Id: r.Uuid(0), Version: r.Int(1)), [.. filter.Args]),
            request.Aborted);
        var chosen = found.Take(MostAtOnce).ToList();
        var outcomes = await Task.WhenAll(chosen.Select(o => queue.ChangeAsync(new ChangeRequest(
            new CancelCommand(o.Id, storeId, request.Caller.Actor, reason) { ExpectedVersion = o.Version }, null))));
        return Reply.Ok(new
        {
            Released = outcomes.Count(o => o.IsOk),
            Kept = chosen.Zip(outcomes).Where(p => !p.Second.IsOk).Select(p => new Kept(p.First.Id, p.Second.Error!.Code)).ToArray(),
            HasMore = found.Count > MostAtOnce,
        });
    }

    private void ReadChoice(JsonBodyReader fields, Filter filter)
    {
        var ids = fields.TextsOrNull("orderIds", MostAtOnce, 36);
        var variantId = fields.UuidOrNull("variantId");
        var phone = fields.TextOrNull("contactPhone", 40);
        var email = fields.TextOrNull("email", Emails.MaxLength);
        if (ids is null && variantId is null && phone is null && email is null)
        {
            fields.Reject("orderIds", "name orders, or a variantId, a contactPhone or an email");
        }

        if (ids is not null)
        {
            var parsed = ids.Select(text => Guid.TryParseExact(text, "D", out var id) ? id : Guid.Empty).ToArray();
            if (parsed.Contains(Guid.Empty))
            {
                fields.Reject("orderIds", "must be UUIDs");
            }

            filter.And("h.order_id {in {0}}", parsed);
        }

        if (variantId is { } variant)
        {
            filter.And("h.variant_id = {0}", variant);
        }

        if (phone is not null)
        {
            // A phone that says nothing of anybody is nobody's.
            filter.And("h.phone_hash = {0}", BuyerFingerprints.OfPhone(phone) ?? 0);
        }

        if (email is not null)
        {
            var key = Emails.Key(email) ?? "";
            filter.And("h.email_hash = {0}", BuyerFingerprints.OfMailbox(options.FoldsMailboxes ? Mailboxes.Of(key) : key));
        }
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

    private static System.Text.Json.JsonElement Json(string text)
    {
        using var document = System.Text.Json.JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
