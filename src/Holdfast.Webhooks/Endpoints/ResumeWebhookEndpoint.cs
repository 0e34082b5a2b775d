using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>POST /webhook-endpoints/{id}/resume</c>: 200. The endpoint is sent to again, and what a paused one has pending is sent at once. What
/// happened while it was paused is not sent.
/// </summary>
internal sealed class ResumeWebhookEndpoint(Db db)
{
    public async Task<Reply> HandleAsync(Request request) => await request.NoMembersAsync() is { } error ? error
        : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
    {
        if (await WebhookEndpointStore.FindAsync(tx, request) is not { } found)
        {
            return Errors.NotFound;
        }

        var batch = tx.Batch();
        var now = batch.Now();
        batch.Execute("UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1", found.Id);
        var paused = batch.Query("UPDATE webhook_endpoints SET paused_at = NULL WHERE id = $1 AND paused_at IS NOT NULL RETURNING id",
            r => r.Uuid(0), found.Id);
        await batch.RunAsync();
        // Of one that was not paused something may be on its way just now.
        if (paused.Rows.Count > 0)
        {
            await tx.ExecuteAsync(
                "UPDATE webhook_deliveries SET next_attempt_at = $2 WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at > $2",
                found.Id, now.First);
        }

        return Reply.Ok(found with { Status = "active", FailingSince = null, PausedAt = null });
    });
}
