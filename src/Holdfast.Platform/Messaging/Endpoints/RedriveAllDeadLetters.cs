using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.Endpoints;

/// <summary><c>POST /dead-letters/redrive {lane}</c>, for admins: all of a delivery queue; 200 with how many.</summary>
internal sealed class RedriveAllDeadLetters(Db db, RelaySignal signal)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var lane = await request.ReadAsync(f => f.Text("lane"));
        if (!lane.IsOk)
        {
            return lane.Error!;
        }

        var (redriven, refused) = await DeadLetterStore.RedriveAllAsync(db, lane.Value, request.Aborted);
        signal.WakeQueues();
        return Reply.Ok(new { redriven, refused });
    }
}
