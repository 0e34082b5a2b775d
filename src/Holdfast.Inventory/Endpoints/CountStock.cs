using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>POST /inventory/counts</c> <c>{storeId, reason, lines:[{variantId, counted}]}</c>: sets the stock of up to 100 variants of a store
/// to what somebody has found on the shelves, all or none, with the answer of an adjustment for each.
/// </summary>
public sealed class CountStock(Db db, RelaySignal signal)
{
    private sealed record Count(Guid VariantId, long Counted);

    /// <summary>
    /// 200. The difference is taken from what is on hand under the locks, however much was sold or shipped since the shelves were looked
    /// at. 422 <c>unknown_variant</c> names variants that the store does not have.
    /// </summary>
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.FieldsAsync();
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var fields = read.Value;
        var storeId = fields.Uuid("storeId");
        var reason = fields.Text("reason");
        var counts = fields.Objects("lines", f => new Count(f.Uuid("variantId"), f.Long("counted", 0, StockChange.MaxQuantity)));
        if (counts.DistinctBy(c => c.VariantId).Count() != counts.Count)
        {
            fields.Reject("lines", "name each variant once");
        }

        if (fields.Done() is { } error)
        {
            return error;
        }

        return !request.Caller.Manages(storeId) ? Errors.NotFound
            : await IdempotentWork.RunAsync(db, request, required: false,
            tx => SetAsync(tx, storeId, counts, reason, request.Caller.Actor));
    }

    private async Task<Result<Reply>> SetAsync(Tx tx, Guid storeId, List<Count> counts, string reason, string actor)
    {
        Guid[] ids = [.. counts.Select(c => c.VariantId)];
        var views = (await tx.QueryAsync(StockView.Select + "WHERE v.id {in $1} AND v.store_id = $2", StockView.Map, ids,
            storeId)).ToDictionary(v => v.VariantId);
        if (ids.Where(id => !views.ContainsKey(id)).ToList() is { Count: > 0 } unknown)
        {
            return InventoryErrors.UnknownVariant(unknown);
        }

        var opening = tx.Batch();
        StockWriter.EnsureRows(opening, ids.Select(id => (id, storeId)));
        var rows = StockStore.Load(opening, ids);
        var time = opening.Now();
        await opening.RunAsync();
        var (stock, now) = (new StockBook(rows.Rows), time.First);
        foreach (var (id, counted) in counts)
        {
            stock.SetOnHand(id, counted, reason);
        }

        var holds = await StockStore.HoldsAsync(stock, tx);
        var (batch, events) = (tx.Batch(), new EventLog());
        await StockStore.SaveAsync(stock, tx, batch, events, now, actor);
        events.Save(batch);
        await batch.RunAsync();
        if (events.Count > 0)
        {
            tx.AfterCommit(signal.Wake);
        }

        return Reply.Ok(new { Items = stock.Movements.Select(m => Change(m, views[m.Entry.Read.VariantId], holds, stock, now)).ToList() });
    }

    private static StockChange Change(Movement m, StockView known, HoldBook holds, StockBook stock, DateTime now) => new(
        StockView.Of(m.Entry, new StockLabel(known.VariantId, known.Sku, known.Name)),
        new MovementView(m.Sequence, m.OnHandDelta, m.ReservedDelta, m.Reason, m.ReferenceId, m.Reference, now),
        holds.Short(stock, known.VariantId));
}
