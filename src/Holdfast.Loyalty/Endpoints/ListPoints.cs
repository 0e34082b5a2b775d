using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary><c>GET /loyalty</c>: the caller's points in each store where they ever moved.</summary>
internal sealed class ListPoints(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var after = paging.Value.LastId ?? Guid.Empty;
        var page = await db.ReadAsync(async s =>
        {
            var accounts = await s.QueryAsync(
                "SELECT customer_id, store_id FROM points_accounts WHERE customer_id = $1 AND store_id > $2 AND movements > 0 ORDER BY "
                + "store_id LIMIT $3",
                r => (CustomerId: r.Uuid(0), StoreId: r.Uuid(1)), request.Caller.Subject, after, paging.Value.Limit + 1);
            var shown = paging.Value.Page(accounts, a => [a.StoreId.ToString()]);
            return new Page<PointsView>(await PointsReader.ViewAsync(s, shown.Items), shown.NextCursor);
        }, request.Aborted);
        return Reply.Ok(page);
    }
}
