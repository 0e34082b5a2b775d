using Holdfast.Inventory.Reservations;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary><c>GET /inventory/reservations/{id}</c>, for staff and services of the store.</summary>
internal sealed class GetReservation(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var found = await db.ReadAsync(async s =>
        {
            var batch = s.Batch();
            var fetched = ReservationStore.Peek(batch, [id]);
            var now = batch.Now();
            await batch.RunAsync();
            return fetched.All().FirstOrDefault()?.At(now.Rows[0]);
        }, request.Aborted);
        return found is not null && request.Caller.Manages(found.StoreId) ? Reply.Ok(found) : Errors.NotFound;
    }
}
