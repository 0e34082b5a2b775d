using System.Globalization;
using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary>
/// <c>GET /loyalty</c> and <c>GET /loyalty/movements</c> for the caller's own points, <c>GET /loyalty/{customerId}?storeId</c> for the
/// store's staff.
/// </summary>
internal sealed class PointsQueries(Db db)
{
    /// <summary>The caller's points in each store where they ever moved.</summary>
    public async Task<Reply> ListAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var after = paging.Value.LastId ?? Guid.Empty;
        var page = await db.ReadAsync(async s =>
        {
            var accounts = await s.QueryAsync(
                "SELECT customer_id, store_id FROM points_accounts WHERE customer_id = $1 AND store_id > $2 AND movements > 0 ORDER BY "
                + "store_id LIMIT $3",
                r => (CustomerId: r.Uuid(0), StoreId: r.Uuid(1)), request.Caller.Subject, after, paging.Value.Limit + 1);
            var shown = paging.Value.Page(accounts, a => [a.StoreId.ToString()]);
            return new Page<PointsView>(await ViewAsync(s, shown.Items), shown.NextCursor);
        }, request.Aborted);
        return Reply.Ok(page);
    }

    /// <summary>The caller's ledger, newest first: of all stores, or of <c>storeId</c>.</summary>
    public async Task<Reply> MovementsAsync(Request request)
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

        var store = StoreOf(request);
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

    public async Task<Reply> GetAsync(Request request)
    {
        var store = StoreOf(request);
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (request.Id("customerId") is not { } customerId || !request.Caller.Manages(store.Value))
        {
            return Errors.NotFound;
        }

        return await db.ReadAsync<Reply>(async s => await IsCustomerAsync(s, customerId)
            ? Reply.Ok((await ViewAsync(s, [(customerId, store.Value)]))[0])
            : Errors.NotFound, request.Aborted);
    }

    /// <summary>Whether the id is that of a customer with an account: guests have no points.</summary>
    internal static async Task<bool> IsCustomerAsync(DbSession session, Guid id) =>
        await session.FirstAsync("SELECT 1 FROM users WHERE id = $1 AND role = 'customer' AND active", r => r.Int(0), id) == 1;

    /// <summary>The points of the accounts, in their order, less what has lapsed by now.</summary>
    internal static async Task<IReadOnlyList<PointsView>> ViewAsync(DbSession session,
        IReadOnlyList<(Guid CustomerId, Guid StoreId)> accounts)
    {
        var book = await PointsStore.PeekAsync(session, accounts);
        var lapsing = accounts.Where(a => book.Find(a.CustomerId, a.StoreId)?.NextExpiry is not null).ToList();
        var upcoming = new Dictionary<(Guid, Guid), UpcomingExpiry?>();
        if (lapsing.Count > 0)
        {
            var batch = session.Batch();
            var ledgers = PointsStore.Ledger(batch, lapsing);
            var now = batch.Now();
            await batch.RunAsync();
            upcoming = ledgers.Rows.GroupBy(r => (r.CustomerId, r.StoreId))
                .ToDictionary(g => g.Key, g => Expiry.Upcoming([.. g], now.Rows[0]));
        }

        return [.. accounts.Select(a =>
            new PointsView(a.CustomerId, a.StoreId, book.Balance(a.CustomerId, a.StoreId), upcoming.GetValueOrDefault(a)))];
    }

    private static Result<Guid> StoreOf(Request request) =>
        Guid.TryParseExact(request.Query("storeId"), "D", out var id) ? id
        : Errors.Invalid("storeId", request.Query("storeId") is null ? "is required" : "must be a UUID");
}
