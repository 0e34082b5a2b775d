using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.DeadLetters;

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
        var waiting = batch.Query("SELECT COUNT(*) FROM outbox WHERE subject = $1", r => r.Long(0), id);
        // At one look: a redrive takes it from the one to the other.
        var queued = batch.Query(
            "SELECT (SELECT COUNT(*) FROM deliveries WHERE lane = 'daily-statistics') + (SELECT COUNT(*) FROM dead_letters WHERE lane = "
            + "'daily-statistics' AND subject = $1)",
            r => r.Long(0), id);
        var unheard = batch.Query(
            "SELECT COUNT(*) FROM orders o JOIN lanes w ON w.name = 'daily-statistics' AND w.transport <> 'outbox' LEFT JOIN inbox i "
            + "ON i.consumer = 'daily-statistics' AND i.subject = o.id WHERE o.id = $1 AND COALESCE(i.sequence, 0) < o.event_sequence",
            r => r.Long(0), id);
        await batch.RunAsync();
        Error? refusal = locked.First is not { } order ? Errors.NotFound
            : !order.HasEnded ? OrderErrors.NotEnded
            : money.First > 0 || order.AmountPaid > 0 ? OrderErrors.MoneyMoved
            : goods.First > 0 ? OrderErrors.StockMoved
            : waiting.First + queued.First + unheard.First > 0 ? Errors.Busy
            : null;
        if (refusal is not null)
        {
            await tx.RollbackAsync();
            return refusal;
        }

        // What a broker still has of it counts as handled: else it would come back as a dead letter, with all that it says.
        batch.Execute(
            "INSERT INTO inbox (consumer, subject, sequence) SELECT name, $1{as uuid}, $2{as int} FROM lanes WHERE transport <> 'outbox' "
            + "AND transport <> name ON CONFLICT (consumer, subject) DO UPDATE "
            + "SET sequence = excluded.sequence", id, locked.First!.EventSequence);
        batch.Execute("DELETE FROM order_lines WHERE order_id = $1", id);
        batch.Execute("DELETE FROM events WHERE subject = $1", id);
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

        // Only then: who is making a dead letter of an event holds it.
        await DeadLetterStore.ForgetAsync(tx, id);
        return Reply.NoContent(erased.StoreId);
    });
}
