using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>DELETE /webhook-endpoints/{id}</c>: 204. What was not delivered yet is not delivered any more, and the log is gone.
/// </summary>
internal sealed class DeleteWebhookEndpoint(Db db)
{
    public Task<Reply> HandleAsync(Request request) => db.WriteAsync<Reply>(async tx =>
    {
        if (await WebhookEndpointStore.FindAsync(tx, request) is not { } found)
        {
            return Errors.NotFound;
        }

        var batch = tx.Batch();
        // Whoever queues something or notes a try holds the endpoint: once it is gone, there is nothing more to come.
        batch.Execute("DELETE FROM webhook_endpoints WHERE id = $1", found.Id);
        batch.Execute("DELETE FROM webhook_deliveries WHERE endpoint_id = $1", found.Id);
        batch.Execute("DELETE FROM webhook_attempts WHERE endpoint_id = $1", found.Id);
        await batch.RunAsync();
        return Reply.NoContent(found.StoreId);
    });
}
