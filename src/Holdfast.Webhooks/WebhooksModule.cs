using Holdfast.Identity.Secrets;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Webhooks.Endpoints;
using Holdfast.Webhooks.Sending;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Webhooks;

/// <summary>The services and the route table of this module.</summary>
public static class WebhooksModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } =
    [
        new("webhook_deliveries_are_of_endpoints",
            "SELECT d.id, d.endpoint_id FROM webhook_deliveries d LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id "
            + "WHERE e.id IS NULL OR e.store_id <> d.store_id"),
        new("webhook_attempts_are_of_deliveries",
            "SELECT a.id, a.delivery_id FROM webhook_attempts a LEFT JOIN webhook_deliveries d ON d.id = a.delivery_id WHERE d.id IS NULL"),
        new("delivered_webhooks_were_taken", "SELECT d.id FROM webhook_deliveries d WHERE d.status = 'delivered' AND NOT EXISTS "
            + "(SELECT 1 FROM webhook_attempts a WHERE a.delivery_id = d.id AND a.http_status BETWEEN 200 AND 299)"),
    ];

    /// <summary>
    /// Encrypts the secrets of all endpoints again with the box's key, on the caller's transaction. Returns their number. A key that cannot
    /// open one of them throws <see cref="StartupException"/>.
    /// </summary>
    public static Task<int> ResealAsync(Tx tx, SecretBox box) => WebhookSecrets.ResealAsync(tx, box);

    public static void Add(IServiceCollection services, MessagingOptions messaging)
    {
        services.TryAddSingleton(new WebhookOptions());
        services.AddSingleton<CreateWebhookEndpoint>().AddSingleton<ListWebhookEndpoints>().AddSingleton<GetWebhookEndpoint>();
        services.AddSingleton<DeleteWebhookEndpoint>().AddSingleton<ResumeWebhookEndpoint>();
        services.AddSingleton<ListWebhookDeliveries>().AddSingleton<RedeliverWebhook>().AddSingleton<RedeliverFailedWebhooks>();
        services.AddSingleton<WebhookTransport>();
        services.AddSingleton<IConsumer, WebhooksConsumer>();
        services.AddSingleton<WebhookSender>();
        if (messaging.Runs(WebhooksConsumer.Name))
        {
            services.AddWorker<WebhookPruner>();
            services.AddWorker<WebhookSender>();
        }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Post<CreateWebhookEndpoint>("/webhook-endpoints", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<ListWebhookEndpoints>("/webhook-endpoints", Access.Staff, (u, r) => u.HandleAsync(r), "storeId", "limit", "cursor");
        app.Get<GetWebhookEndpoint>("/webhook-endpoints/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Delete<DeleteWebhookEndpoint>("/webhook-endpoints/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Post<ResumeWebhookEndpoint>("/webhook-endpoints/{id}/resume", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<ListWebhookDeliveries>("/webhook-endpoints/{id}/deliveries", Access.Staff, (u, r) => u.HandleAsync(r), "status", "limit",
            "cursor");
        app.Post<RedeliverWebhook>("/webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver", Access.Staff,
            (u, r) => u.HandleAsync(r));
        app.Post<RedeliverFailedWebhooks>("/webhook-endpoints/{id}/redeliver", Access.Staff, (u, r) => u.HandleAsync(r));
    }
}
