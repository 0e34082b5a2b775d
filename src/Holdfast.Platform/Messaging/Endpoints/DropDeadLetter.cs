using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeadLetters;

namespace Holdfast.Platform.Messaging.Endpoints;

/// <summary><c>DELETE /dead-letters/{id}</c>, for admins: 204.</summary>
internal sealed class DropDeadLetter(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var refusal = request.Id() is { } id ? await DeadLetterStore.DropAsync(db, id, request.Aborted) : Errors.NotFound;
        return refusal is null ? Reply.NoContent() : refusal;
    }
}
