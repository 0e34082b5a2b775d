using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Reservations;

/// <summary>A reservation to be made or ended.</summary>
/// <param name="Id">Of the reservation; a new one for <see cref="ReserveCommand"/>.</param>
/// <param name="Key">The request's Idempotency-Key, or null without one.</param>
public abstract record ReservationCommand(Guid Id, Caller Caller, IdempotencyKey? Key)
{
    public string Location => $"{Routes.Base}/inventory/reservations/{Id}";
}
