using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Platform.Text;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>POST /inventory/{variantId}/receipts</c> <c>{quantity, reference}</c>: 201; the same reference with the same quantity again: 200,
/// counted once; with another quantity: 409 <c>receipt_conflict</c>.
/// </summary>
internal sealed class ReceiveStock(Db db, RelaySignal signal)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.ReadAsync(f => (f.Long("quantity", 1, StockChange.MaxQuantity), f.Text("reference")));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var (quantity, reference) = read.Value;
        return await IdempotentWork.RunAsync(db, request, required: false, async tx =>
        {
            if (await LockedStock.LoadAsync(tx, request) is not { } open)
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
            return await open.SaveAsync(tx, signal, request.Caller.Actor);
        });
    }
}
