using System.Text.Json;
using Holdfast.Identity.Links;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// <c>POST /orders/{id}/confirm</c>: the buyer of an order that is paid on delivery says that they mean it, with the token of the link that
/// was mailed to them or the code of the text message. Whoever placed it does not get either. The order does not expire any more; nothing
/// else of it is told or changed.
/// </summary>
internal sealed class ConfirmOrder(Db db, AccessKeys keys, ChangeQueue queue)
{
    private sealed record Confirmation(Guid Id, string Number, string Status);

    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var bodyKey = body.Value.OpaqueOrNull("idempotencyKey", 255);
        var token = body.Value.TextOrNull("token", 100);
        var code = body.Value.TextOrNull("code", 20);
        if (token is null == code is null)
        {
            body.Value.Reject("token", "send the token of the link, or the code of the message");
        }

        if (body.Value.Done() is { } error)
        {
            return error;
        }

        var key = request.Idempotency(required: false, guest: $"confirmation\n{token}{code}", bodyKey);
        if (!key.IsOk)
        {
            return key.Error!;
        }

        var found = request.Id() is not { } id ? null
            : await db.ReadAsync(s =>
            s.FirstAsync("SELECT id, store_id, customer_email, contact_phone FROM orders WHERE id = $1 AND deleted_at IS NULL",
            r => new DocumentReading(r.Uuid(0), r.Uuid(1), r.Text(2), r.Text(3)), id), request.Aborted);
        if (found is null
            || !(token is not null ? keys.IsMailed(found.Id, found.Email, token) : keys.IsTexted(found.Id, found.Phone, code!)))
        {
            return Errors.NotFound;
        }

        var changed = await queue.ChangeAsync(new ChangeRequest(
            new ConfirmCommand(found.Id, found.StoreId, request.Caller.Actor) { ByBuyer = true, ProvesMailbox = token is not null },
            key.Value));
        return changed.IsOk ? Answer(changed.Value) : changed.Error!;
    }

    private sealed record DocumentReading(Guid Id, Guid StoreId, string Email, string Phone);

    private static Reply Answer(ChangeResult changed)
    {
        using var order = JsonDocument.Parse(changed.Body);
        var told = new Confirmation(order.RootElement.GetProperty("id").GetGuid(), order.RootElement.GetProperty("number").GetString()!,
            order.RootElement.GetProperty("status").GetString()!);
        return Reply.Raw(200, Reply.Bytes(told), replayed: changed.Replayed);
    }
}
