using Refit;

namespace Holdfast.Client;

/// <summary>The stock of variants, for the store's staff.</summary>
[Headers("Authorization: Bearer")]
public interface IInventoryApi
{
    /// <summary>The stock of a store, the lowest first; <paramref name="below"/>: only what has fewer pieces available.</summary>
    [Get("/api/v1/inventory")]
    Task<Page<Stock>> ListAsync(Guid storeId, long? below = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>What should be ordered again, the newest alert first.</summary>
    [Get("/api/v1/inventory/alerts")]
    Task<Page<StockAlert>> ListAlertsAsync(Guid storeId, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>The stock of a variant; 404 <c>not_found</c>.</summary>
    [Get("/api/v1/inventory/{variantId}")]
    Task<Stock> GetAsync(Guid variantId, CancellationToken cancellationToken = default);

    /// <summary>Sets when staff are told that the variant runs out.</summary>
    [Put("/api/v1/inventory/{variantId}")]
    Task<Stock> SetAsync(Guid variantId, [Body] StockSettings settings, CancellationToken cancellationToken = default);

    /// <summary>The ledger of a variant, the newest row first.</summary>
    [Get("/api/v1/inventory/{variantId}/movements")]
    Task<Page<StockMovement>> ListMovementsAsync(Guid variantId, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>Sets what is on hand of up to 100 variants to what was counted, all or none.</summary>
    [Post("/api/v1/inventory/counts")]
    Task<StockCounted> CountAsync([Body] StockCount count, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>Books goods that came in; 409 <c>receipt_conflict</c> where the reference has received another quantity.</summary>
    [Post("/api/v1/inventory/{variantId}/receipts")]
    Task<StockChange> ReceiveAsync(Guid variantId, [Body] Receipt receipt,
        [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default, CancellationToken cancellationToken = default);

    /// <summary>Corrects what is on hand; 409 <c>stock_below_zero</c> where there is less.</summary>
    [Post("/api/v1/inventory/{variantId}/adjustments")]
    Task<StockChange> AdjustAsync(Guid variantId, [Body] Adjustment adjustment,
        [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default, CancellationToken cancellationToken = default);
}
