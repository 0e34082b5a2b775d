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

        var (where, args) = (new List<string>(), new List<object?>());
        if (request.Query("lane") is { } lane)
        {
            if (!JsonBodyReader.IsClean(lane))
            {
                return Errors.Invalid("lane", "has control characters");
            }

            args.Add(lane);
            where.Add($"lane = ${args.Count}");
        }

        if (paging.Value.Last is { } last)
        {
            args.AddRange([last.At, last.Id]);
            where.Add($"(created_at, id) < (${args.Count - 1}, ${args.Count})");
        }

        var sql = $"SELECT {DeadLetterStore.ShownColumns} FROM dead_letters"
            + (where.Count == 0 ? "" : $" WHERE {string.Join(" AND ", where)}")
            + $" ORDER BY created_at DESC, id DESC LIMIT ${args.Count + 1}";
        var letters = await db.ReadAsync(s => s.QueryAsync(sql, DeadLetterStore.Map, [.. args, paging.Value.Limit + 1]), request.Aborted);
        return Reply.Ok(
            paging.Value.Page(
            [.. letters.Select(l =>
            new Shown(l.Id, l.Lane, l.Subject, l.Sequence, l.Type, l.Reason, Encoding.UTF8.GetString(l.Payload), l.Attempts, l.CreatedAt))],
            l => Paging.Key(l.CreatedAt, l.Id)));
    }
}
