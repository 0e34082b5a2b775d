using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Platform.Text;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>POST /inventory/{variantId}/receipts</c> <c>{quantity, reference}</c>, <c>/adjustments</c> <c>{delta, reason}</c> or <c>{counted,
/// reason}</c>, and <c>PUT /inventory/{variantId}</c> <c>{lowStockThreshold}</c>.
/// </summary>
public sealed class ChangeStock(Db db, RelaySignal signal)
{
    /// <summary>The most pieces that one receipt or adjustment may move.</summary>
    public const long MaxQuantity = 1_000_000_000;

    /// <summary>
    /// 201; the same reference with the same quantity again: 200, counted once; with another quantity: 409 <c>receipt_conflict</c>.
    /// </summary>
    public async Task<Reply> ReceiveAsync(Request request)
    {
        var read = await request.FieldsAsync();
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var quantity = read.Value.Long("quantity", 1, MaxQuantity);
        var reference = read.Value.Text("reference");
        return read.Value.Done() is { } error ? error : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
        {
            if (await LoadAsync(tx, request) is not { } open)
            {
                return Errors.NotFound;
            }

            var earlier = await tx.FirstAsync(MovementView.Select + $"WHERE variant_id = $1 AND {StockWriter.HasReference}",
                MovementView.Map,
                open.Label.VariantId, UnicodeText.Key(reference), reference);
            if (earlier is not null && earlier.OnHandDelta != quantity)
            {
                return InventoryErrors.ReceiptConflict(earlier.OnHandDelta);
            }

            if (earlier is not null)
            {
                return Reply.Ok(new StockChange(open.View(), earlier, await open.AffectedAsync(tx)));
            }

            open.Stock.Receive(open.Label.VariantId, quantity, reference);
            return await SaveAsync(tx, open, request);
        });
    }

    /// <summary>
    /// 201; 409 <c>stock_below_zero</c> when there is less on hand. Below what is reserved, the answer lists who is affected.
    /// <c>counted</c> instead of <c>delta</c> is what somebody has found on the shelf: the difference is taken from what is on hand under
    /// the lock, however much was sold or shipped since the page was read.
    /// </summary>
    public async Task<Reply> AdjustAsync(Request request)
    {
        var read = await request.FieldsAsync();
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var (delta, counted) = Difference(read.Value);
        var reason = read.Value.Text("reason");
        return read.Value.Done() is { } error ? error : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
            await LoadAsync(tx, request) is not { } open ? Errors.NotFound
            : !open.Stock.TryAdjust(open.Label.VariantId, delta ?? counted!.Value - open.Entry.OnHand, reason)
            ? InventoryErrors.StockBelowZero(open.Entry.OnHand)
            : await SaveAsync(tx, open, request));
    }

    /// <summary>By how much the stock changes, or to what; one of the two.</summary>
    private static (long? Delta, long? Counted) Difference(JsonBodyReader fields)
    {
        var (delta, counted) = (fields.LongOrNull("delta", -MaxQuantity, MaxQuantity), fields.LongOrNull("counted", 0, MaxQuantity));
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

    /// <summary>Sets, or without a value takes away, the level at which <c>inventory.low</c> is sent; 200 with the stock.</summary>
    public async Task<Reply> SetThresholdAsync(Request request)
    {
        var read = await request.FieldsAsync();
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var threshold = read.Value.LongOrNull("lowStockThreshold", 0, MaxQuantity);
        if (read.Value.Done() is { } error)
        {
            return error;
        }

        return await db.WriteAsync<Reply>(async tx =>
        {
            if (await LoadAsync(tx, request) is not { } open)
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

    /// <summary>One variant's stock row under lock, made where it is missing; null when the caller must not know the variant.</summary>
    private static async Task<LockedStock?> LoadAsync(Tx tx, Request request)
    {
        if (await StockQueries.FindAsync(tx, request.Id("variantId")) is not { } found
            || !request.Caller.Manages(found.StoreId))
        {
            return null;
        }

        var batch = tx.Batch();
        StockWriter.EnsureRows(batch, [(found.VariantId, found.StoreId)]);
        var rows = StockStore.Load(batch, [found.VariantId]);
        var now = batch.Now();
        await batch.RunAsync();
        return new LockedStock(new StockBook(rows.Rows), new StockLabel(found.VariantId, found.Sku, found.Name), now.Rows[0]);
    }

    private async Task<Result<Reply>> SaveAsync(Tx tx, LockedStock open, Request request)
    {
        var affected = await open.AffectedAsync(tx);
        var batch = tx.Batch();
        var events = new EventLog();
        await StockStore.SaveAsync(open.Stock, tx, batch, events, open.Now, request.Caller.Actor);
        events.Save(batch);
        await batch.RunAsync();
        if (events.Count > 0)
        {
            tx.AfterCommit(signal.Wake);
        }

        var m = open.Stock.Movements[^1];
        return Reply.Created(
            new StockChange(open.View(),
            new MovementView(m.Sequence, m.OnHandDelta, m.ReservedDelta, m.Reason, m.ReferenceId, m.Reference, open.Now), affected),
            $"{Routes.Base}/inventory/{open.Label.VariantId}/movements");
    }

    private sealed record LockedStock(StockBook Stock, StockLabel Label, DateTime Now)
    {
        public StockEntry Entry => Stock.Find(Label.VariantId)!;

        public StockView View() => StockView.Of(Entry, Label);

        public async Task<IReadOnlyList<ShortHold>> AffectedAsync(Tx tx) =>
            (await StockStore.HoldsAsync(Stock, tx)).Short(Stock, Label.VariantId);
    }
}
