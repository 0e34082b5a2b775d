using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Webhooks.Core;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>POST /webhook-endpoints/{id}/redeliver</c>: 200 <c>{redelivered}</c>. Everything that was given up is sent once more; 409
/// <c>webhook_endpoint_paused</c>.
/// </summary>
internal sealed class RedeliverFailedWebhooks(Db db)
{
    public async Task<Reply> HandleAsync(Request request) => await request.NoMembersAsync() is { } error
        ? error : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
    {
        var endpoint = await WebhookEndpointStore.FindAsync(tx, request);
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
