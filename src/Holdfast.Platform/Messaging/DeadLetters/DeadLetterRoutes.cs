using System.Text;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.DeadLetters;

/// <summary>
/// <c>GET /dead-letters?lane</c>, the newest first; <c>POST /dead-letters/{id}/redrive</c>: 202; <c>POST /dead-letters/redrive {lane}</c>:
/// all of a lane, 200 with how many; <c>DELETE /dead-letters/{id}</c>: 204. For admins.
/// </summary>
public sealed class DeadLetterRoutes(Db db, RelaySignal signal)
{
    private sealed record Shown(Guid Id, string Lane, Guid? Subject, int? Sequence, string? Type, string Reason, string Payload,
        int Attempts, DateTime CreatedAt);

    public async Task<Reply> ListAsync(Request request)
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

    public async Task<Reply> RedriveAsync(Request request)
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

    public async Task<Reply> RedriveAllAsync(Request request)
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
        signal.WakeQueues();
        return Reply.Ok(new { redriven, refused });
    }

    public async Task<Reply> DropAsync(Request request)
    {
        var refusal = request.Id() is { } id ? await DeadLetterStore.DropAsync(db, id, request.Aborted) : Errors.NotFound;
        return refusal is null ? Reply.NoContent() : refusal;
    }
}
