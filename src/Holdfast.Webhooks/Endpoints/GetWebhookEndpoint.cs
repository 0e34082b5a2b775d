using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Webhooks.Endpoints;

/// <summary><c>GET /webhook-endpoints/{id}</c>, for staff of the store.</summary>
internal sealed class GetWebhookEndpoint(Db db)
{
    public async Task<Reply> HandleAsync(Request request) =>
        await db.ReadAsync(s => WebhookEndpointStore.FindAsync(s, request), request.Aborted) is { } found ? Reply.Ok(found)
        : Errors.NotFound;
}
