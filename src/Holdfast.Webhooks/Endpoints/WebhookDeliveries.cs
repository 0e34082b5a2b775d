using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Webhooks.Core;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>GET /webhook-endpoints/{id}/deliveries?status</c>, <c>POST .../deliveries/{deliveryId}/redeliver</c>, and <c>POST
/// /webhook-endpoints/{id}/redeliver</c> for all that failed.
/// </summary>
internal sealed class WebhookDeliveries(Db db)
{
    private static readonly string[] Statuses = ["pending", "delivered", "failed"];

    /// <summary>The newest first, each with its tries.</summary>
    public async Task<Reply> ListAsync(Request request)
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
            if (await WebhookEndpoints.FindAsync(s, request) is not { } endpoint)
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

    /// <summary>
    /// 200: it is sent once more, whatever became of it before, with the same <c>webhook-id</c>; 409 <c>webhook_endpoint_paused</c>.
    /// </summary>
    public async Task<Reply> RedeliverAsync(Request request) => await request.NoMembersAsync() is { } error ? error
        : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
    {
        var endpoint = await WebhookEndpoints.FindAsync(tx, request);
        if (endpoint is null || request.Id("deliveryId") is not { } id)
        {
            return Errors.NotFound;
        }

        if (endpoint.PausedAt is not null)
        {
            return WebhookErrors.Paused;
        }

        var changed = await tx.ExecuteAsync(
            "UPDATE webhook_deliveries SET status = 'pending', attempts = 0, next_attempt_at = $3 WHERE id = $1 AND endpoint_id = $2", id,
            endpoint.Id,
            await tx.NowAsync());
        if (changed == 0)
        {
            return Errors.NotFound;
        }

        var delivery = await tx.QueryAsync($"SELECT {WebhookDelivery.Columns} FROM webhook_deliveries WHERE id = $1", WebhookDelivery.Map,
            id);
        return Reply.Ok((await WebhookDelivery.WithLogAsync(tx, delivery))[0]);
    });

    /// <summary>200 <c>{redelivered}</c>: everything that was given up is sent once more.</summary>
    public async Task<Reply> RedeliverFailedAsync(Request request) => await request.NoMembersAsync() is { } error
        ? error : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
    {
        var endpoint = await WebhookEndpoints.FindAsync(tx, request);
        if (endpoint is null)
        {
            return Errors.NotFound;
        }

        if (endpoint.PausedAt is not null)
        {
            return WebhookErrors.Paused;
        }

        var changed = await tx.ExecuteAsync(
            "UPDATE webhook_deliveries SET status = 'pending', attempts = 0, next_attempt_at = $2 WHERE endpoint_id = $1 AND status = "
            + "'failed'", endpoint.Id,
            await tx.NowAsync());
        return Reply.Ok(new { Redelivered = changed });
    });
}
