using System.Globalization;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>GET /inventory?storeId&amp;below</c>: the stock of a store, the lowest available first. <c>below</c>: only what has less than that
/// available. Variants that are neither for sale nor in stock are left out.
/// </summary>
internal sealed class ListStock(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, 2);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var (available, id) = (-1L, Guid.Empty);
        if (paging.Value.After is { } after
            && !(long.TryParse(after[0], NumberStyles.None, CultureInfo.InvariantCulture, out available)
            && Guid.TryParse(after[1], out id)))
        {
            return Errors.InvalidCursor;
        }

        var store = request.QueryId("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        var below = long.MaxValue;
        if (request.Query("below") is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out below))
        {
            return Errors.Invalid("below", "must be a whole number, 0 or more");
        }

        if (!request.Caller.Manages(store.Value))
        {
            return Errors.NotFound;
        }

        var rows = await db.ReadAsync(s =>
            s.QueryAsync(ListSql, StockView.Map, store.Value, below, available, id, (long)paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, v => [v.Available.ToString(CultureInfo.InvariantCulture), v.VariantId.ToString()]));
    }

    // Sorted over the store's variants: an index on what is available would have to be written at every sale.
    private const string ListSql =
        "SELECT * FROM (" + StockView.Select + "WHERE v.store_id = $1 "
        + "AND ((v.active AND p.deleted_at IS NULL) OR s.on_hand > 0 OR s.reserved > 0)) a "
        + "WHERE a.available < $2 AND (a.available, a.id) > ($3, $4) ORDER BY a.available, a.id LIMIT $5";
}
