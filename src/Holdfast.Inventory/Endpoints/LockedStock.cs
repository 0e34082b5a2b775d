using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Inventory.Endpoints;

/// <summary>The stock of one variant, under lock until the transaction ends.</summary>
internal sealed record LockedStock(StockBook Stock, StockLabel Label, DateTime Now)
{
    public StockEntry Entry => Stock.Find(Label.VariantId)!;

    public StockView View() => StockView.Of(Entry, Label);

    /// <summary>One variant's stock row under lock, made where it is missing; null when the caller must not know the variant.</summary>
    public static async Task<LockedStock?> LoadAsync(Tx tx, Request request)
    {
        if (await StockReader.FindAsync(tx, request.Id("variantId")) is not { } found
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

    /// <summary>Writes what has changed; 201 with the last movement.</summary>
    public async Task<Result<Reply>> SaveAsync(Tx tx, RelaySignal signal, string actor)
    {
        var affected = await AffectedAsync(tx);
        var batch = tx.Batch();
        var events = new EventLog();
        await StockStore.SaveAsync(Stock, tx, batch, events, Now, actor);
        events.Save(batch);
        await batch.RunAsync();
        if (events.Count > 0)
        {
            tx.AfterCommit(signal.Wake);
        }

        var m = Stock.Movements[^1];
        return Reply.Created(
            new StockChange(View(),
            new MovementView(m.Sequence, m.OnHandDelta, m.ReservedDelta, m.Reason, m.ReferenceId, m.Reference, Now), affected),
            $"{Routes.Base}/inventory/{Label.VariantId}/movements");
    }

    public async Task<IReadOnlyList<ShortHold>> AffectedAsync(Tx tx) =>
        (await StockStore.HoldsAsync(Stock, tx)).Short(Stock, Label.VariantId);
}
