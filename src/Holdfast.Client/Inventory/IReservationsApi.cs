using Refit;

namespace Holdfast.Client;

/// <summary>Stand-alone holds on stock, for staff and for other systems.</summary>
[Headers("Authorization: Bearer")]
public interface IReservationsApi
{
    /// <summary>Holds all lines; 409 <c>insufficient_stock</c> (see <see cref="HoldfastException.Shortages"/>) holds none.</summary>
    [Post("/api/v1/inventory/reservations")]
    Task<Reservation> CreateAsync([Body] ReservationBody reservation, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>One reservation; 404 <c>not_found</c>.</summary>
    [Get("/api/v1/inventory/reservations/{id}")]
    Task<Reservation> GetAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Gives the stock back; doing it twice does no harm. 409 where the goods are gone.</summary>
    [Post("/api/v1/inventory/reservations/{id}/release")]
    Task<Reservation> ReleaseAsync(Guid id, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>The goods leave the house; doing it twice does no harm. 409 where the stock was given back or is missing.</summary>
    [Post("/api/v1/inventory/reservations/{id}/commit")]
    Task<Reservation> CommitAsync(Guid id, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);
}
