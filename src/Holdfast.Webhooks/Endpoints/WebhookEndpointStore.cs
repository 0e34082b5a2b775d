using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>Finds the endpoint that a request names.</summary>
internal static class WebhookEndpointStore
{
    /// <summary>The endpoint of the request's path; null when it is not the caller's to know.</summary>
    public static async Task<WebhookEndpoint?> FindAsync(DbSession session, Request request)
    {
        var found = request.Id() is { } id
            ? await session.FirstAsync($"SELECT {WebhookEndpoint.Columns} FROM webhook_endpoints WHERE id = $1", WebhookEndpoint.Map, id)
            : null;
        return found is not null && request.Caller.Manages(found.StoreId) ? found : null;
    }
}
