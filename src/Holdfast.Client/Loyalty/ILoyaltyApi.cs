using Refit;

namespace Holdfast.Client;

/// <summary>Points: customers see their own, staff those of their stores' customers.</summary>
[Headers("Authorization: Bearer")]
public interface ILoyaltyApi
{
    /// <summary>How the store gives and takes points; 0 for both amounts where it does not.</summary>
    [Get("/api/v1/stores/{id}/loyalty-program")]
    Task<LoyaltyProgram> GetProgramAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Sets the program, with <paramref name="ifMatch"/> only over that version (0: none was set).</summary>
    [Put("/api/v1/stores/{id}/loyalty-program")]
    Task<LoyaltyProgram> SetProgramAsync(Guid id, [Body] LoyaltyProgramBody program, [Header("If-Match")] IfMatch? ifMatch = null,
        CancellationToken cancellationToken = default);

    /// <summary>The points of whoever is signed in, in each store where they ever had some.</summary>
    [Get("/api/v1/loyalty")]
    Task<Page<PointsBalance>> ListAsync(int? limit = null, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>The ledger of whoever is signed in, the newest row first: of one store, or of all.</summary>
    [Get("/api/v1/loyalty/movements")]
    Task<Page<PointsMovement>> ListMovementsAsync(Guid? storeId = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>A customer's points in a store of the caller's.</summary>
    [Get("/api/v1/loyalty/{customerId}")]
    Task<PointsBalance> GetAsync(Guid customerId, Guid storeId, CancellationToken cancellationToken = default);

    /// <summary>Gives points, which never lapse, or takes some; 422 <c>insufficient_points</c> where there are fewer.</summary>
    [Post("/api/v1/loyalty/{customerId}/adjustments")]
    Task<PointsAdjusted> AdjustAsync(Guid customerId, [Body] PointsAdjustment adjustment,
        [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default, CancellationToken cancellationToken = default);
}
