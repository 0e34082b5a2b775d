using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>GET /audit-log?actor&amp;from&amp;to</c>, for admins; the newest line first.</summary>
internal sealed class ListAuditLog(Db db)
{
    private sealed record Line(Guid Id, DateTime OccurredAt, string Actor, string Action, string? Resource, Guid? StoreId, string? Address);

    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ByTime(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var filter = new Filter();
        if (request.Query("actor") is { } actor)
        {
            if (!JsonBodyReader.IsClean(actor))
            {
                return Errors.Invalid("actor", "has control characters");
            }

            filter.And("actor = {0}", actor);
        }

        foreach (var (name, condition) in new[] { ("from", "occurred_at >= {0}"), ("to", "occurred_at < {0}") })
        {
            if (request.Query(name) is { } text)
            {
                if (Times.ReadParameter(text) is not { } time)
                {
                    return Errors.Invalid(name, Times.Expected(orDay: false));
                }

                filter.And(condition, time);
            }
        }

        if (paging.Value.Last is { } last)
        {
            filter.And("(occurred_at, id) < ({0}, {1})", last.At, last.Id);
        }

        var sql = "SELECT id, occurred_at, actor, action, resource, store_id, address FROM audit_log"
            + $"{filter.Where} ORDER BY occurred_at DESC, id DESC LIMIT ${filter.Args.Count + 1}";
        var lines = await db.ReadAsync(s =>
            s.QueryAsync(sql, r => new Line(r.Uuid(0), r.Time(1), r.Text(2), r.Text(3), r.TextOrNull(4), r.UuidOrNull(5), r.TextOrNull(6)),
            [.. filter.Args, paging.Value.Limit + 1]), request.Aborted);
        return Reply.Ok(paging.Value.Page(lines, l => Paging.Key(l.OccurredAt, l.Id)));
    }
}
