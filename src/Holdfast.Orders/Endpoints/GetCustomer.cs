using Holdfast.Identity.Accounts;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// <c>GET /customers/{id}</c>: a guest or an account with the latest orders. Staff see those who have ordered from their stores, and of
/// their orders only these; admins see all.
/// </summary>
internal sealed class GetCustomer(Db db)
{
    private const int MaxOrders = 20;

    private sealed record OrderLine(Guid Id, string Number, Guid StoreId, string Status, string PaymentStatus, long Total, string Currency,
        DateTime CreatedAt);

    /// <param name="Orders">How many there are; <paramref name="LatestOrders"/> are the last twenty.</param>
    private sealed record CustomerWithOrders(Guid Id, string Role, string Email, string? Name, DateTime CreatedAt, DateTime? EmailProvedAt,
        long Orders, DateTime? LastOrderAt,
        IReadOnlyList<OrderLine> LatestOrders, IReadOnlyList<StorePoints> Points);

    /// <param name="Balance">What can be spent now.</param>
    private sealed record StorePoints(Guid StoreId, long Balance);

    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        return await db.ReadAsync<Reply>(async session =>
        {
            var user = await session.FirstAsync($"{CustomerRow.Select} WHERE u.id = $1 AND {CustomerSearch.All}", CustomerRow.Map, id);
            var (orders, lastAt) = (await OrderCounts.ReadAsync(session, request.Caller, [id])).GetValueOrDefault(id);
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
}
