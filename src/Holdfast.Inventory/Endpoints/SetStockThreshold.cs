using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>PUT /inventory/{variantId}</c> <c>{lowStockThreshold}</c>: sets, or without a value takes away, the level at which
/// <c>inventory.low</c> is sent; 200 with the stock.
/// </summary>
internal sealed class SetStockThreshold(Db db, RelaySignal signal)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.ReadAsync(f => f.LongOrNull("lowStockThreshold", 0, StockChange.MaxQuantity));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var threshold = read.Value;
        return await db.WriteAsync<Reply>(async tx =>
        {
            if (await LockedStock.LoadAsync(tx, request) is not { } open)
            {
                return Errors.NotFound;
            }

            var (entry, view) = (open.Entry, open.View() with { LowStockThreshold = threshold });
            var (was, needs) = (StockEntry.NeedsMore(entry.Available, entry.Read.LowStockThreshold, entry.Read.EventSequence),
                StockEntry.NeedsMore(entry.Available, threshold, entry.Read.EventSequence));
            var batch = tx.Batch();
            var events = new EventLog();
            if (was != needs)
            {
                // The level has moved to the stock instead of the stock to the level: the same news.
                events.Add(new Event(view.VariantId, entry.Read.EventSequence + 1, needs ? "inventory.low"
                    : "inventory.restocked", view.StoreId, open.Now, request.Caller.Actor, null,
                    Reply.Bytes(view)));
                tx.AfterCommit(signal.Wake);
            }

            batch.Execute(
                "UPDATE stock SET low_stock_threshold = $3{as bigint}, event_sequence = $4 WHERE variant_id = $1 AND location_id = $2",
                view.VariantId, entry.Read.LocationId,
                threshold, entry.Read.EventSequence + events.Count);
            events.Save(batch);
            await batch.RunAsync();
            return Reply.Ok(view);
        }, request.Aborted);
    }
}
