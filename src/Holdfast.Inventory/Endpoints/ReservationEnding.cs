using Holdfast.Inventory.Reservations;
using Holdfast.Platform;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary>Ends the reservation that a request names, by a command without members.</summary>
internal sealed class ReservationEnding(ReservationQueue queue)
{
    public async Task<Reply> RunAsync(Request request, Func<Guid, IdempotencyKey?, ReservationCommand> command)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        if (await request.NoMembersAsync() is { } error)
        {
            return error;
        }

        var key = request.Idempotency(required: false);
        return key.IsOk ? await queue.SubmitAsync(command(id, key.Value)) : key.Error!;
    }
}
