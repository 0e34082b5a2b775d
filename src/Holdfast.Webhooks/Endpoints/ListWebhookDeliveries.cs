using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Webhooks.Endpoints;

/// <summary><c>GET /webhook-endpoints/{id}/deliveries?status</c>: the newest first, each with its tries.</summary>
internal sealed class ListWebhookDeliveries(Db db)
{
    private static readonly string[] Statuses = ["pending", "delivered", "failed"];

    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var before = paging.Value.LastId ?? Guid.AllBitsSet;
        var status = request.Query("status");
        if (status is not null && !Statuses.Contains(status))
        {
            return Errors.Invalid("status", $"must be one of {string.Join(", ", Statuses)}");
        }

        var page = await db.ReadAsync(async s =>
        {
            if (await WebhookEndpointStore.FindAsync(s, request) is not { } endpoint)
            {
                return null;
            }

            var rows = await s.QueryAsync(
                $"SELECT {WebhookDelivery.Columns} FROM webhook_deliveries WHERE endpoint_id = $1 AND id < $2 AND status {{in $3}} ORDER "
                + "BY id DESC LIMIT $4",
                WebhookDelivery.Map, endpoint.Id, before, status is null ? Statuses : [status], (long)paging.Value.Limit + 1);
            var cut = paging.Value.Page(rows, d => [d.Id.ToString()]);
            return cut with { Items = await WebhookDelivery.WithLogAsync(s, [.. cut.Items]) };
        }, request.Aborted);
        return page is null ? Errors.NotFound : Reply.Ok(page);
    }
}
