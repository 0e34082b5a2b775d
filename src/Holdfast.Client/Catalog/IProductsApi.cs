using Refit;

namespace Holdfast.Client;

/// <summary>Products and their variants: anyone reads them, the store's staff change them.</summary>
[Headers("Authorization: Bearer")]
public interface IProductsApi
{
    /// <summary>
    /// Products, the newest first. <paramref name="q"/>: every word must be there, accents and case do not count. <paramref name="sort"/>:
    /// <c>createdAt</c>, <c>name</c>, <c>price</c>, each with <c>-</c> before it for descending.
    /// </summary>
    [Get("/api/v1/products")]
    Task<Page<Product>> ListAsync(Guid? storeId = null, string? q = null, string? category = null, string? sort = null, int? limit = null,
        string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>One product; 404 <c>not_found</c>.</summary>
    [Get("/api/v1/products/{id}")]
    Task<Product> GetAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Makes a product; 409 where a SKU or an external id of it is another's.</summary>
    [Post("/api/v1/products")]
    Task<Product> CreateAsync([Body] ProductBody product, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>Replaces a product as a whole, if it has the version that you read.</summary>
    [Put("/api/v1/products/{id}")]
    Task<Product> ReplaceAsync(Guid id, [Body] ProductBody product, [Header("If-Match")] IfMatch ifMatch,
        CancellationToken cancellationToken = default);

    /// <summary>Takes a product out of the shop, if it has the version that you read; orders keep what they say of it.</summary>
    [Delete("/api/v1/products/{id}")]
    Task DeleteAsync(Guid id, [Header("If-Match")] IfMatch ifMatch, CancellationToken cancellationToken = default);
}
