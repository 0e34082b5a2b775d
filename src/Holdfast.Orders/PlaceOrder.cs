using Holdfast.Identity;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>POST /orders: reads the request, queues it, answers after the commit.</summary>
internal sealed class PlaceOrder(PlacementQueue queue, AccessKeys accessKeys)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var fields = await request.FieldsAsync().ConfigureAwait(false);
        if (!fields.IsOk)
        {
            return fields.Error!;
        }

        var read = OrderRequest.Read(fields.Value, request.Caller);
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var key = request.Idempotency(required: true, read.Value.Key);
        if (!key.IsOk)
        {
            return key.Error!;
        }

        var placed = await queue.PlaceAsync(new Placing(read.Value.Command, key.Value!)).ConfigureAwait(false);
        if (!placed.IsOk)
        {
            return placed.Error!;
        }

        var (orderId, body, replayed) = placed.Value;
        if (request.Caller.Role == Role.Guest)
        {
            // Not stored with the order: it follows from the order's id, so a replay has the same bytes.
            body = OrderJson.With(body, "accessKey", accessKeys.For(orderId));
        }

        return Reply.Raw(201, body, $"{Routes.Base}/orders/{orderId}", version: null, replayed);
    }
}
