using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Customers;

/// <summary>How many orders customers have, and when they placed the last one: of the caller's stores, or for admins of all.</summary>
internal static class OrderCounts
{
    public static async Task<Dictionary<Guid, (long Orders, DateTime? Last)>> ReadAsync(DbSession session, Caller caller, Guid[] ids)
    {
        var all = caller.Role == Role.Admin;
        var rows = await session.QueryAsync("SELECT customer_id, COUNT(*), MAX(created_at) FROM orders WHERE customer_id {in $1}"
            + (all ? "" : " AND store_id {in $2}") + " GROUP BY customer_id",
            r => (Id: r.Uuid(0), Orders: r.Long(1), Last: r.TimeOrNull(2)),
            all ? [ids] : [ids, caller.Stores.ToArray()]);
        return rows.ToDictionary(r => r.Id, r => (r.Orders, r.Last));
    }
}
