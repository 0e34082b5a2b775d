using System.Globalization;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary><c>GET /loyalty/movements</c>: the caller's ledger, newest first: of all stores, or of <c>storeId</c>.</summary>
internal sealed class ListPointsMovements(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, keyParts: 3);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var (before, storeBefore, sequenceBefore) = (DateTime.MaxValue.Ticks, Guid.Empty, 0L);
        if (paging.Value.After is { } key
            && !(long.TryParse(key[0], NumberStyles.None, CultureInfo.InvariantCulture, out before) && before <= DateTime.MaxValue.Ticks
            && Guid.TryParseExact(key[1], "D", out storeBefore)
            && long.TryParse(key[2], NumberStyles.None, CultureInfo.InvariantCulture, out sequenceBefore)))
        {
            return Errors.InvalidCursor;
        }

        var store = request.QueryId("storeId");
        var isOne = request.Query("storeId") is not null;
        if (isOne && !store.IsOk)
        {
            return store.Error!;
        }

        var sql = "SELECT store_id, sequence, delta, reason, order_id, note, expires_at, created_at FROM points_movements WHERE "
            + "customer_id = $1 AND (created_at, store_id, sequence) < ($2, $3, $4)" + (isOne ? " AND store_id = $6" : "")
            + " ORDER BY created_at DESC, store_id DESC, sequence DESC LIMIT $5";
        List<object?> args = [request.Caller.Subject, new DateTime(before, DateTimeKind.Utc), storeBefore, sequenceBefore,
            paging.Value.Limit + 1];
        if (isOne)
        {
            args.Add(store.Value);
        }

        var rows = await db.ReadAsync(s => s.QueryAsync(sql,
            r => new PointsMovementView(r.Uuid(0), r.Long(1), r.Long(2), r.Text(3), r.UuidOrNull(4), r.TextOrNull(5), r.TimeOrNull(6),
            r.Time(7)), [.. args]), request.Aborted);
        return Reply.Ok(
            paging.Value.Page(rows, m =>
            [m.CreatedAt.Ticks.ToString(CultureInfo.InvariantCulture), m.StoreId.ToString(),
            m.Sequence.ToString(CultureInfo.InvariantCulture)]));
    }
}
