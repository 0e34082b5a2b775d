using Holdfast.Inventory.Reservations;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>POST /inventory/reservations/{id}/commit</c>: 200 with the reservation, also when it was committed before; 409 when its stock was
/// given back.
/// </summary>
internal sealed class CommitReservation(ReservationEnding ending)
{
    public Task<Reply> HandleAsync(Request request) => ending.RunAsync(request, (id, key) => new CommitCommand(id, request.Caller, key));
}
