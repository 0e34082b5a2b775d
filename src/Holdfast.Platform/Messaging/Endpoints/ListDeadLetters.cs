using System.Text;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeadLetters;

namespace Holdfast.Platform.Messaging.Endpoints;

/// <summary><c>GET /dead-letters?lane</c>, for admins: the newest first.</summary>
internal sealed class ListDeadLetters(Db db)
{
    private sealed record Shown(Guid Id, string Lane, Guid? Subject, int? Sequence, string? Type, string Reason, string Payload,
        int Attempts, DateTime CreatedAt);

    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ByTime(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var filter = new Filter();
        if (request.Query("lane") is { } lane)
        {
            if (!JsonBodyReader.IsClean(lane))
            {
                return Errors.Invalid("lane", "has control characters");
            }

            filter.And("lane = {0}", lane);
        }

        if (paging.Value.Last is { } last)
        {
            filter.And("(created_at, id) < ({0}, {1})", last.At, last.Id);
        }

        var sql = $"SELECT {DeadLetterStore.ShownColumns} FROM dead_letters"
            + $"{filter.Where} ORDER BY created_at DESC, id DESC LIMIT ${filter.Args.Count + 1}";
        var letters = await db.ReadAsync(s =>
            s.QueryAsync(sql, DeadLetterStore.Map, [.. filter.Args, paging.Value.Limit + 1]), request.Aborted);
        return Reply.Ok(
            paging.Value.Page(
            [.. letters.Select(l =>
            new Shown(l.Id, l.Lane, l.Subject, l.Sequence, l.Type, l.Reason, Encoding.UTF8.GetString(l.Payload), l.Attempts, l.CreatedAt))],
            l => Paging.Key(l.CreatedAt, l.Id)));
    }
}
