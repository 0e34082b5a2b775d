using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Statistics;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// DELETE /orders/{id}: out of the lists; with <c>hard=true</c> (admin) out of the database, unless money or goods have moved.
/// </summary>
internal sealed class DeleteOrder(OrderAccess access, OrderChanges changes, Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var seen = await access.FindAsync(request);
        if (!seen.IsOk)
        {
            return seen.Error!;
        }

        var (order, relation) = seen.Value;
        if (request.Query("hard") == "true")
        {
            return request.Caller.Role == Role.Admin ? await EraseAsync(order.Id) : Errors.Forbidden;
        }

        var reply = await changes.ChangeAsync(
            new ChangeRequest(new HideCommand(order.Id, order.StoreId, request.Caller.Actor, relation == Relation.Owner), null));
        return reply.Error is null ? Reply.NoContent() : reply;
    }

    /// <summary>
    /// Removes the order, its lines, its history, its dead letters and its place in the statistics. The stock ledger and the idempotency
    /// key stay: the key now answers 410.
    /// </summary>
    private Task<Reply> EraseAsync(Guid id) => db.WriteAsync<Reply>(async tx =>
    {
        var batch = tx.Batch();
        var locked = OrderTable.Table.Query(batch, "WHERE o.id {in $1} {lock}", new[] { id });
        var money = batch.Query("SELECT COUNT(*) FROM payment_transactions WHERE order_id = $1", r => r.Long(0), id);
        var goods = batch.Query("SELECT COUNT(*) FROM fulfilments WHERE order_id = $1", r => r.Long(0), id);
        // The statistics must have counted it before it is taken out of them.
        var unhandled = SubjectEvents.Unhandled(batch, StatisticsConsumer.ConsumerName, id);
        await batch.RunAsync();
        Error? refusal = locked.First is not { } order ? Errors.NotFound
            : !order.HasEnded ? OrderErrors.NotEnded
            : money.First > 0 || order.AmountPaid > 0 ? OrderErrors.MoneyMoved
            : goods.First > 0 ? OrderErrors.StockMoved
            : unhandled.IsAny(order.EventSequence) ? Errors.Busy
            : null;
        if (refusal is not null)
        {
            await tx.RollbackAsync();
            return refusal;
        }

        batch.Execute("DELETE FROM order_lines WHERE order_id = $1", id);
        batch.Execute("DELETE FROM orders WHERE id = $1", id);
        var erased = locked.First!;
        OrderNames.NoteChanged(batch, erased);
        batch.Invalidate(OrderNames.Statistics(erased.StoreId), immediately: false);
        batch.Invalidate(OrderNames.Statistics(null), immediately: false);
        batch.Execute(
            "UPDATE order_statistics SET orders = orders - 1, total = total - $6 WHERE store_id = $1 AND day = $2 AND currency = $3 AND "
            + "status = $4 AND payment_status = $5",
            erased.StoreId, erased.LocalDate, erased.Currency, Names.Of(erased.Status), Names.Of(erased.PaymentStatus), erased.Total);
        await batch.RunAsync();
        await SubjectEvents.ForgetAsync(tx, id, erased.EventSequence);
        return Reply.NoContent(erased.StoreId);
    });
}
