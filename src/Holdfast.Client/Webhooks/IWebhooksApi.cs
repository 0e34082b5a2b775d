using Refit;

namespace Holdfast.Client;

/// <summary>Webhooks of a store's own systems, for its staff.</summary>
[Headers("Authorization: Bearer")]
public interface IWebhooksApi
{
    /// <summary>Makes an endpoint, whose secret is shown this once; 409 <c>too_many_webhook_endpoints</c> beyond 20.</summary>
    [Post("/api/v1/webhook-endpoints")]
    Task<NewWebhookEndpoint> CreateAsync([Body] WebhookEndpointBody endpoint, CancellationToken cancellationToken = default);

    /// <summary>The endpoints of a store, the oldest first.</summary>
    [Get("/api/v1/webhook-endpoints")]
    Task<Page<WebhookEndpoint>> ListAsync(Guid storeId, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>One endpoint; 404 <c>not_found</c>.</summary>
    [Get("/api/v1/webhook-endpoints/{id}")]
    Task<WebhookEndpoint> GetAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Removes an endpoint with its log; what was not delivered yet is not delivered any more.</summary>
    [Delete("/api/v1/webhook-endpoints/{id}")]
    Task DeleteAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Sends to a paused or failing endpoint again; what happened while it was paused is not sent.</summary>
    [Post("/api/v1/webhook-endpoints/{id}/resume")]
    Task<WebhookEndpoint> ResumeAsync(Guid id, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest first, each with its tries; <paramref name="status"/>: <c>pending</c>, <c>delivered</c> or <c>failed</c>.
    /// </summary>
    [Get("/api/v1/webhook-endpoints/{id}/deliveries")]
    Task<Page<WebhookDelivery>> ListDeliveriesAsync(Guid id, string? status = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>Sends one once more, whatever became of it; 409 <c>webhook_endpoint_paused</c>.</summary>
    [Post("/api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver")]
    Task<WebhookDelivery> RedeliverAsync(Guid id, Guid deliveryId, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>Sends all that failed once more; 409 <c>webhook_endpoint_paused</c>.</summary>
    [Post("/api/v1/webhook-endpoints/{id}/redeliver")]
    Task<WebhooksRedelivered> RedeliverFailedAsync(Guid id, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);
}
