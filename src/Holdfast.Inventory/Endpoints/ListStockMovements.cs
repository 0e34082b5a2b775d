using System.Globalization;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary><c>GET /inventory/{variantId}/movements</c>: the ledger, newest first.</summary>
internal sealed class ListStockMovements(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, 1);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var before = long.MaxValue;
        if (paging.Value.After is { } after && !long.TryParse(after[0], NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            return Errors.InvalidCursor;
        }

        var rows = await db.ReadAsync(async s =>
        {
            var stock = await StockReader.FindAsync(s, request.Id("variantId"));
            return stock is null || !request.Caller.Manages(stock.StoreId) ? null
                : await s.QueryAsync(MovementView.Select
                + "WHERE variant_id = $1 AND location_id = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4",
                    MovementView.Map, stock.VariantId, stock.StoreId, before, (long)paging.Value.Limit + 1);
        }, request.Aborted);
        return rows is null ? Errors.NotFound
            : Reply.Ok(paging.Value.Page(rows, m => [m.Sequence.ToString(CultureInfo.InvariantCulture)]));
    }
}
