using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Webhooks.Core;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>POST /webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver</c>: 200. The delivery is sent once more, whatever became of it
/// before, with the same <c>webhook-id</c>; 409 <c>webhook_endpoint_paused</c>.
/// </summary>
internal sealed class RedeliverWebhook(Db db)
{
    public async Task<Reply> HandleAsync(Request request) => await request.NoMembersAsync() is { } error ? error
        : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
    {
        var endpoint = await WebhookEndpointStore.FindAsync(tx, request);
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
}
