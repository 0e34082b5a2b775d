using Refit;

namespace Holdfast.Client;

/// <summary>Stores: anyone reads them, admins change them.</summary>
[Headers("Authorization: Bearer")]
public interface IStoresApi
{
    /// <summary>The stores by slug; <paramref name="slug"/> or <paramref name="externalId"/> finds one.</summary>
    [Get("/api/v1/stores")]
    Task<Page<Store>> ListAsync(string? slug = null, string? externalId = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>One store; 404 <c>not_found</c>.</summary>
    [Get("/api/v1/stores/{id}")]
    Task<Store> GetAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Makes a store; 409 where its slug or external id is another's.</summary>
    [Post("/api/v1/stores")]
    Task<Store> CreateAsync([Body] StoreBody store, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>Replaces a store as a whole, with <paramref name="ifMatch"/> only the version that you read.</summary>
    [Put("/api/v1/stores/{id}")]
    Task<Store> ReplaceAsync(Guid id, [Body] StoreBody store, [Header("If-Match")] IfMatch? ifMatch = null,
        CancellationToken cancellationToken = default);
}
