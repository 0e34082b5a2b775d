using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Webhooks.Endpoints;

/// <summary><c>GET /webhook-endpoints?storeId</c>, for staff of the store.</summary>
internal sealed class ListWebhookEndpoints(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var store = request.QueryId("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        var after = paging.Value.LastId ?? Guid.Empty;
        if (!request.Caller.Manages(store.Value))
        {
            return Errors.NotFound;
        }

        var rows = await db.ReadAsync(s =>
            s.QueryAsync($"SELECT {WebhookEndpoint.Columns} FROM webhook_endpoints WHERE store_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            WebhookEndpoint.Map, store.Value, after, (long)paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, e => [e.Id.ToString()]));
    }
}
