using System.Globalization;
using Holdfast.Inventory.Alerts;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary><c>GET /inventory/alerts?storeId</c>, for staff: the newest first. Behind the stock by less than a second.</summary>
internal sealed class ListStockAlerts(Db db)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, 2);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var (before, id) = (DateTime.MaxValue, Guid.AllBitsSet);
        if (paging.Value.After is { } after
            && !(DateTime.TryParseExact(after[0], TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out before)
            && Guid.TryParseExact(after[1], "D", out id)))
        {
            return Errors.InvalidCursor;
        }

        var store = request.QueryId("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (!request.Caller.Manages(store.Value))
        {
            return Errors.NotFound;
        }

        var rows = await db.ReadAsync(s => s.QueryAsync(ListSql, r => new StockAlert(StockView.Map(r), r.Time(9)), store.Value,
            before == DateTime.MaxValue ? new DateTime(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc) : before, id, (long)paging.Value.Limit + 1),
            request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, a => [a.Since.ToString(TimeFormat, CultureInfo.InvariantCulture), a.VariantId.ToString()]));
    }

    private const string ListSql = "SELECT " + StockView.Columns + ", a.since "
        + "FROM stock_alerts a JOIN stock s ON s.variant_id = a.variant_id AND s.location_id = a.store_id JOIN variants v ON v.id = "
        + "a.variant_id JOIN products p ON p.id = v.product_id "
        + "WHERE a.store_id = $1 AND (a.since, a.variant_id) < ($2, $3) ORDER BY a.since DESC, a.variant_id DESC LIMIT $4";
}
