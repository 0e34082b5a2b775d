using Refit;

namespace Holdfast.Client;

/// <summary>Discount codes: staff manage them, anyone asks what one takes off.</summary>
[Headers("Authorization: Bearer")]
public interface IDiscountCodesApi
{
    /// <summary>By name: the store's codes, or without one those for all stores; <paramref name="code"/>: those that begin so.</summary>
    [Get("/api/v1/discount-codes")]
    Task<Page<DiscountCode>> ListAsync(Guid? storeId = null, string? code = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>Makes a code; 409 <c>discount_code_taken</c>.</summary>
    [Post("/api/v1/discount-codes")]
    Task<DiscountCode> CreateAsync([Body] DiscountCodeBody discount, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>One code of the store, or without one of those for all stores; 404 <c>not_found</c>.</summary>
    [Get("/api/v1/discount-codes/{code}")]
    Task<DiscountCode> GetAsync(string code, Guid? storeId = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces all but name and store, with <paramref name="ifMatch"/> only the version that you read.</summary>
    [Put("/api/v1/discount-codes/{code}")]
    Task<DiscountCode> ReplaceAsync(string code, [Body] DiscountCodeBody discount, Guid? storeId = null,
        [Header("If-Match")] IfMatch? ifMatch = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a code: null; one that was ever used is deactivated instead, and answered.</summary>
    [Delete("/api/v1/discount-codes/{code}")]
    Task<DiscountCode?> DeleteAsync(string code, Guid? storeId = null, [Header("If-Match")] IfMatch? ifMatch = null,
        CancellationToken cancellationToken = default);

    /// <summary>What the code would take off for the caller now, or the refusal that an order would meet. Writes nothing.</summary>
    [Post("/api/v1/discount-codes/{code}/quote")]
    Task<DiscountQuote> QuoteAsync(string code, [Body] DiscountQuoteBody goods, CancellationToken cancellationToken = default);
}
