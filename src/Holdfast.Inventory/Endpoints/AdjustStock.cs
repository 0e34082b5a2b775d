using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Inventory.Endpoints;

/// <summary><c>POST /inventory/{variantId}/adjustments</c> <c>{delta, reason}</c> or <c>{counted, reason}</c>.</summary>
internal sealed class AdjustStock(Db db, RelaySignal signal)
{
    /// <summary>
    /// 201; 409 <c>stock_below_zero</c> when there is less on hand. Below what is reserved, the answer lists who is affected.
    /// <c>counted</c> instead of <c>delta</c> is what somebody has found on the shelf: the difference is taken from what is on hand under
    /// the lock, however much was sold or shipped since the page was read.
    /// </summary>
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.ReadAsync(f => (Difference(f), f.Text("reason")));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var ((delta, counted), reason) = read.Value;
        return await IdempotentWork.RunAsync(db, request, required: false, async tx =>
            await LockedStock.LoadAsync(tx, request) is not { } open ? Errors.NotFound
            : !open.Stock.TryAdjust(open.Label.VariantId, delta ?? counted!.Value - open.Entry.OnHand, reason)
            ? InventoryErrors.StockBelowZero(open.Entry.OnHand)
            : await open.SaveAsync(tx, signal, request.Caller.Actor));
    }

    /// <summary>By how much the stock changes, or to what; one of the two.</summary>
    private static (long? Delta, long? Counted) Difference(JsonBodyReader fields)
    {
        var delta = fields.LongOrNull("delta", -StockChange.MaxQuantity, StockChange.MaxQuantity);
        var counted = fields.LongOrNull("counted", 0, StockChange.MaxQuantity);
        if (fields.Has("delta") && fields.Has("counted"))
        {
            fields.Reject("counted", "is what there is; leave it or delta out");
        }
        else if (!fields.Has("delta") && !fields.Has("counted"))
        {
            fields.Reject("delta", "is required, or counted");
        }
        else if (delta == 0)
        {
            fields.Reject("delta", "must not be 0");
        }

        return (delta, counted);
    }
}
