using System.Globalization;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary><c>GET /inventory/{variantId}</c>, its <c>/movements</c>, and <c>GET /inventory?storeId&amp;below</c>.</summary>
public sealed class StockQueries(Db db)
{
    public async Task<Reply> GetAsync(Request request)
    {
        var found = await db.ReadAsync(s => FindAsync(s, request.Id("variantId")), request.Aborted);
        return found is not null && request.Caller.Manages(found.StoreId) ? Reply.Ok(found) : Errors.NotFound;
    }

    /// <summary>The ledger, newest first.</summary>
    public async Task<Reply> MovementsAsync(Request request)
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
            var stock = await FindAsync(s, request.Id("variantId"));
            return stock is null || !request.Caller.Manages(stock.StoreId) ? null
                : await s.QueryAsync(MovementView.Select
                + "WHERE variant_id = $1 AND location_id = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4",
                    MovementView.Map, stock.VariantId, stock.StoreId, before, (long)paging.Value.Limit + 1);
        }, request.Aborted);
        return rows is null ? Errors.NotFound
            : Reply.Ok(paging.Value.Page(rows, m => [m.Sequence.ToString(CultureInfo.InvariantCulture)]));
    }

    /// <summary>
    /// The stock of a store, the lowest available first. <c>below</c>: only what has less than that available. Variants that are neither
    /// for sale nor in stock are left out.
    /// </summary>
    public async Task<Reply> ListAsync(Request request)
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

        if (!Guid.TryParseExact(request.Query("storeId"), "D", out var storeId))
        {
            return Errors.Invalid("storeId", request.Query("storeId") is null ? "is required" : "must be a UUID");
        }

        var below = long.MaxValue;
        if (request.Query("below") is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out below))
        {
            return Errors.Invalid("below", "must be a whole number, 0 or more");
        }

        if (!request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        var rows = await db.ReadAsync(s =>
            s.QueryAsync(ListSql, StockView.Map, storeId, below, available, id, (long)paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, v => [v.Available.ToString(CultureInfo.InvariantCulture), v.VariantId.ToString()]));
    }

    /// <summary>The stock of a variant; null when there is no such variant.</summary>
    internal static async Task<StockView?> FindAsync(DbSession session, Guid? variantId) =>
        variantId is null ? null : await session.FirstAsync(StockView.Select + "WHERE v.id = $1", StockView.Map, variantId);

    /// <summary>What the catalog shows as available; variants without stock are left out.</summary>
    internal static async Task<IReadOnlyDictionary<Guid, long>> AvailableAsync(DbSession session, Guid[] variantIds)
    {
        var batch = session.Batch();
        var rows = StockStore.Peek(batch, variantIds);
        await batch.RunAsync();
        return rows.Rows.ToDictionary(r => r.VariantId, r => Math.Max(0, r.OnHand - r.Reserved));
    }

    // Sorted over the store's variants: an index on what is available would have to be written at every sale.
    private const string ListSql =
        "SELECT * FROM (" + StockView.Select + "WHERE v.store_id = $1 "
        + "AND ((v.active AND p.deleted_at IS NULL) OR s.on_hand > 0 OR s.reserved > 0)) a "
        + "WHERE a.available < $2 AND (a.available, a.id) > ($3, $4) ORDER BY a.available, a.id LIMIT $5";
}
