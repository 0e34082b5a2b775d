using Holdfast.Identity.Accounts;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;

namespace Holdfast.Orders.Customers;

/// <summary>
/// <c>GET /customers?q</c> and <c>GET /customers/{id}</c>: guests and accounts, the newest first. Staff see those who have ordered from
/// their stores, and of their orders only these; admins see all. <c>q</c> is the beginning of an email, words that are in a name, or the
/// phone of an order in any writing.
/// </summary>
internal sealed class CustomerQueries(Db db)
{
    private const int MaxOrders = 20;

    private const string Select = "SELECT u.id, u.role, u.email, u.name, u.created_at, u.email_proved_at FROM users u";

    private static readonly Func<Row, User> Map = r =>
        new User(r.Uuid(0), r.Text(1), r.Text(2), r.TextOrNull(3), r.Time(4), r.TimeOrNull(5));

    /// <param name="Role"><c>guest</c> or <c>customer</c>.</param>
    /// <param name="EmailProvedAt">Null while nobody has shown that the mailbox is theirs.</param>
    private sealed record User(Guid Id, string Role, string Email, string? Name, DateTime CreatedAt, DateTime? EmailProvedAt);

    private sealed record Customer(Guid Id, string Role, string Email, string? Name, DateTime CreatedAt, DateTime? EmailProvedAt,
        long Orders, DateTime? LastOrderAt);

    private sealed record OrderLine(Guid Id, string Number, Guid StoreId, string Status, string PaymentStatus, long Total, string Currency,
        DateTime CreatedAt);

    /// <param name="Orders">How many there are; <paramref name="LatestOrders"/> are the last twenty.</param>
    private sealed record CustomerWithOrders(Guid Id, string Role, string Email, string? Name, DateTime CreatedAt, DateTime? EmailProvedAt,
        long Orders, DateTime? LastOrderAt,
        IReadOnlyList<OrderLine> LatestOrders, IReadOnlyList<StorePoints> Points);

    /// <param name="Balance">What can be spent now.</param>
    private sealed record StorePoints(Guid StoreId, long Balance);

    public async Task<Reply> ListAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var q = request.Query("q")?.Trim();
        if (q is { Length: > 200 } || (q is not null && !JsonBodyReader.IsClean(q)))
        {
            return Errors.Invalid("q", "must be plain text of at most 200 characters");
        }

        var filter = new Filter();
        if (request.Caller.Role != Role.Admin)
        {
            filter.And("EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = u.id AND o.store_id {in {0}})",
                request.Caller.Stores.ToArray());
        }

        var (condition, args) = q is { Length: > 0 } ? Matching(q, request.Caller) : (CustomerSearch.All, []);
        filter.And(condition, args);
        if (paging.Value.LastId is { } last)
        {
            filter.And("u.id < {0}", last);
        }

        return await db.ReadAsync<Reply>(async session =>
        {
            var users = await session.QueryAsync($"{Select}{filter.Where} ORDER BY u.id DESC LIMIT ${filter.Args.Count + 1}", Map,
                [.. filter.Args, paging.Value.Limit + 1]);
            var page = paging.Value.Page(users, u => [u.Id.ToString()]);
            var counts = await CountAsync(session, request.Caller, page.Items.Select(u => u.Id).ToArray());
            return Reply.Ok(
                new Page<Customer>([.. page.Items.Select(u => new Customer(u.Id, u.Role, u.Email, u.Name, u.CreatedAt, u.EmailProvedAt,
                counts.GetValueOrDefault(u.Id).Orders, counts.GetValueOrDefault(u.Id).Last))], page.NextCursor));
        }, request.Aborted);
    }

    public async Task<Reply> FindAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        return await db.ReadAsync<Reply>(async session =>
        {
            var user = await session.FirstAsync($"{Select} WHERE u.id = $1 AND {CustomerSearch.All}", Map, id);
            var (orders, lastAt) = (await CountAsync(session, request.Caller, [id])).GetValueOrDefault(id);
            if (user is null || (orders == 0 && request.Caller.Role != Role.Admin))
            {
                return Errors.NotFound;
            }

            var ofStores = request.Caller.Role == Role.Admin ? "" : " AND store_id {in $2}";
            var sql = "SELECT id, number, store_id, status, payment_status, total, currency, created_at FROM orders WHERE customer_id = $1"
                + ofStores + $" ORDER BY created_at DESC, id DESC LIMIT {MaxOrders}";
            object?[] args = request.Caller.Role == Role.Admin ? [id] : [id, request.Caller.Stores.ToArray()];
            var latest = await session.QueryAsync(sql,
                r => new OrderLine(r.Uuid(0), r.Text(1), r.Uuid(2), r.Text(3), r.Text(4), r.Long(5), r.Text(6), r.Time(7)), args);
            var accounts = await session.QueryAsync(
                $"SELECT store_id FROM points_accounts WHERE customer_id = $1{ofStores} ORDER BY store_id",
                r => (CustomerId: id, StoreId: r.Uuid(0)), args);
            var book = await PointsStore.PeekAsync(session, accounts);
            return Reply.Ok(new CustomerWithOrders(user.Id, user.Role, user.Email, user.Name, user.CreatedAt, user.EmailProvedAt, orders,
                lastAt, latest,
                [.. accounts.Select(a => new StorePoints(a.StoreId, book.Balance(id, a.StoreId)))]));
        }, request.Aborted);
    }

    /// <summary>As <see cref="CustomerSearch.Matching"/>, or that an order, of the caller's stores, has the phone.</summary>
    private static (string Condition, object[] Args) Matching(string q, Caller caller)
    {
        var (condition, args) = CustomerSearch.Matching(q);
        if (PhoneKey.Of(q) is not { } phone)
        {
            return (condition, args);
        }

        var (stores, ids) = caller.Role == Role.Admin ? ("", (object[])[])
            : ($" AND o.store_id {{in {{{args.Length + 1}}}}}", [caller.Stores.ToArray()]);
        var ofPhone = $"{CustomerSearch.All} AND u.id IN (SELECT o.customer_id FROM orders o WHERE {PhoneKey.Sql("o.contact_phone")} = "
            + $"{{{args.Length}}}{stores})";
        return ($"({condition} OR ({ofPhone}))", [.. args, phone, .. ids]);
    }

    private static async Task<Dictionary<Guid, (long Orders, DateTime? Last)>> CountAsync(DbSession session, Caller caller, Guid[] ids)
    {
        var all = caller.Role == Role.Admin;
        var rows = await session.QueryAsync("SELECT customer_id, COUNT(*), MAX(created_at) FROM orders WHERE customer_id {in $1}"
            + (all ? "" : " AND store_id {in $2}") + " GROUP BY customer_id",
            r => (Id: r.Uuid(0), Orders: r.Long(1), Last: r.TimeOrNull(2)),
            all ? [ids] : [ids, caller.Stores.ToArray()]);
        return rows.ToDictionary(r => r.Id, r => (r.Orders, r.Last));
    }
}
