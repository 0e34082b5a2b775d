using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.Endpoints;

/// <summary><c>POST /dead-letters/redrive {lane}</c>, for admins: all of a delivery queue; 200 with how many.</summary>
internal sealed class RedriveAllDeadLetters(Db db, RelaySignal bell)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var fields = await request.FieldsAsync();
        if (!fields.IsOk)
        {
            return fields.Error!;
        }

        var lane = fields.Value.Text("lane");
        if (fields.Value.Done() is { } error)
        {
            return error;
        }

        var (redriven, refused) = await DeadLetterStore.RedriveAllAsync(db, lane, request.Aborted);
        bell.RingLanes();
        return Reply.Ok(new { redriven, refused });
    }
}
