using Holdfast.Inventory.Reservations;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>POST /inventory/reservations/{id}/release</c>: 200 with the reservation, also when its stock was given back before; 409 when the
/// goods are gone.
/// </summary>
internal sealed class ReleaseReservation(ReservationEnding ending)
{
    public Task<Reply> HandleAsync(Request request) => ending.RunAsync(request, (id, key) => new ReleaseCommand(id, request.Caller, key));
}
