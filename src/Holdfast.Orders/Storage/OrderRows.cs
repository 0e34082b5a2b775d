using Holdfast.Orders.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>Orders with their lines and fulfilments, as rows: read in one round trip, written set-based.</summary>
internal static class OrderRows
{
    /// <summary>Lines and fulfilments of orders, to be put together by <see cref="Assemble"/> after the batch has run.</summary>
    public static (QueryResult<OrderLine> Lines, QueryResult<Fulfilment> Fulfilments) Details(StatementBatch batch, Guid[] ids) => (
        OrderLineTable.Table.Query(batch, "WHERE l.order_id {in $1} ORDER BY l.order_id, l.position", ids),
        FulfilmentTable.Table.Query(batch, "WHERE f.order_id {in $1} ORDER BY f.order_id, f.id", ids));

    public static IEnumerable<Order> Assemble(IEnumerable<Order> orders, IEnumerable<OrderLine> lines, IEnumerable<Fulfilment> fulfilments)
    {
        var (linesOf, fulfilmentsOf) = (lines.ToLookup(l => l.OrderId), fulfilments.ToLookup(f => f.OrderId));
        return orders.Select(o => o with { Lines = [.. linesOf[o.Id]], Fulfilments = [.. fulfilmentsOf[o.Id]] });
    }

    /// <summary>Returns whole orders by id, unlocked. Ids without an order are left out.</summary>
    public static async Task<List<Order>> ReadAsync(DbSession session, Guid[] ids)
    {
        var batch = session.Batch();
        var orders = OrderTable.Table.Query(batch, "WHERE o.id {in $1}", ids);
        var (lines, fulfilments) = Details(batch, ids);
        await batch.RunAsync();
        return [.. Assemble(orders.Rows, lines.Rows, fulfilments.Rows)];
    }
}
