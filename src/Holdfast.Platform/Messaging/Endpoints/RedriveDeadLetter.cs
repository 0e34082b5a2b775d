using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.Endpoints;

/// <summary><c>POST /dead-letters/{id}/redrive</c>, for admins: 202.</summary>
internal sealed class RedriveDeadLetter(Db db, RelaySignal signal)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (await request.NoMembersAsync() is { } error)
        {
            return error;
        }

        var refusal = request.Id() is { } id ? await DeadLetterStore.RedriveAsync(db, id, request.Aborted)
            : Errors.NotFound;
        if (refusal is not null)
        {
            return refusal;
        }

        signal.WakeQueues();
        return Reply.Accepted();
    }
}
