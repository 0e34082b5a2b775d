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
/// <c>POST /orders/unpaid-holds/release</c>: cancels the orders that are named, or all that hold a variant, or that one phone or mailbox
/// holds; many in one call. An order that was paid or confirmed since stays, and the answer says so.
/// </summary>
internal sealed class ReleaseUnpaidHolds(Db db, ChangeQueue queue, OrderOptions options)
{
    /// <summary>The most orders of one call; whoever has more repeats it.</summary>
    private const int MostAtOnce = 1000;

    private sealed record Kept(Guid OrderId, string Code);

    public async Task<Reply> HandleAsync(Request request)
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
}
