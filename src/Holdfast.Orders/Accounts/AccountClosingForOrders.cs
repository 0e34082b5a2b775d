using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Promotions.Storage;

namespace Holdfast.Orders.Accounts;

/// <summary>
/// What happens to orders when an account is closed or proves a guest's email. Each order that changes says so with an <c>order.updated</c>
/// event, so that others who keep copies can do the same. Closing leaves nothing personal: earlier events, which are the history and the
/// answers to retries, are rewritten, slice by slice.
/// </summary>
internal sealed class AccountClosingForOrders(RelaySignal signal) : AccountHook
{
    // An order has a handful of events of two kilobytes; one that was edited for years is worked on separately.
    private const int EventsAtOnce = 500;
    private const int OrdersAtOnce = 100;

    /// <summary>The statuses in which <see cref="Order.HasEnded"/>.</summary>
    internal static readonly OrderStatus[] Ended = [OrderStatus.Cancelled, OrderStatus.Expired, OrderStatus.Delivered,
        OrderStatus.Returned];

    private static readonly string EndedNames = string.Join(", ", Ended.Select(s => $"'{Names.Of(s)}'"));

    public override async Task<Error?> CloseAsync(Tx tx, Account account, DateTime now) =>
        (await tx.QueryAsync($"SELECT 1 FROM orders WHERE customer_id = $1 AND status NOT IN ({EndedNames}) LIMIT 1", _ => true,
            account.Id)).Count > 0
            ? OrderErrors.OrdersOpen : null;

    public override async Task<AccountRemainder> EraseAsync(Tx tx, ClosingAccount account, DateTime now)
    {
        var email = Emails.OfClosed(account.Id);
        var left = await tx.QueryAsync($"SELECT id, event_sequence FROM orders WHERE customer_id = $1 AND customer_email <> $2 AND "
            + $"status IN ({EndedNames}) ORDER BY id LIMIT {OrdersAtOnce} {{lock}}",
            r => (Id: r.Uuid(0), Events: r.Int(1)), account.Id, email);
        if (left.Count == 0)
        {
            // What a late payment has brought back to life is delivered first.
            return (await tx.QueryAsync("SELECT 1 FROM orders WHERE customer_id = $1 AND customer_email <> $2 LIMIT 1", _ => true,
                account.Id, email)).Count > 0
                ? AccountRemainder.Later : AccountRemainder.Nothing;
        }

        var (first, done) = (left[0], account.Part == left[0].Id ? account.Done : 0);
        if (first.Events - done > EventsAtOnce)
        {
            await EventTable.RewriteAsync(tx, [first.Id], e => OrderErasure.Of(e, email), done + 1, done + EventsAtOnce);
            (account.Part, account.Done) = (first.Id, done + EventsAtOnce);
            return AccountRemainder.More;
        }

        var (some, events) = (new List<Guid>(), 0);
        foreach (var (id, count) in left.TakeWhile(o => some.Count == 0 || events + o.Events <= EventsAtOnce))
        {
            some.Add(id);
            events += count - (id == first.Id ? done : 0);
        }

        await EventTable.RewriteAsync(tx, [first.Id], e => OrderErasure.Of(e, email), done + 1);
        await EventTable.RewriteAsync(tx, some.Skip(1), e => OrderErasure.Of(e, email));
        var orders = await OrderRows.ReadAsync(tx, [.. some]);
        await ForgetBuyerAsync(tx, orders, email);
        await WriteAsync(tx, orders, OrderTable.Erasure, o => OrderTable.Erased(o, email), account.Actor, now);
        (account.Part, account.Done) = (null, 0);
        return AccountRemainder.More;
    }

    public override async Task<(int Orders, AccountRemainder Left)> JoinAsync(Tx tx, JoiningGuest guest, DateTime now)
    {
        // Read without locks, and again under them: staff may give one to another guest in between.
        var ids = await tx.QueryAsync($"SELECT id FROM orders WHERE customer_id = $1 ORDER BY id LIMIT {OrdersAtOnce + 1}", r => r.Uuid(0),
            guest.Id);
        var own = await tx.QueryAsync("SELECT id FROM orders WHERE id {in $1} AND customer_id = $2 ORDER BY id {lock}", r => r.Uuid(0),
            ids.Take(OrdersAtOnce).ToArray(), guest.Id);
        var orders = await OrderRows.ReadAsync(tx, [.. own]);
        await WriteAsync(tx, orders, OrderTable.Change, o => o with { CustomerId = guest.AccountId, IsGuest = false }, guest.Actor, now);
        await CountPaidAsync(tx, orders, guest.AccountId);
        return (orders.Count, ids.Count > OrdersAtOnce ? AccountRemainder.More : AccountRemainder.Nothing);
    }

    /// <summary>
    /// What money came for is the account's against purchase limits, too. What was only ordered is not: anybody could have done so with its
    /// email.
    /// </summary>
    private static async Task CountPaidAsync(Tx tx, List<Order> orders, Guid accountId)
    {
        var paid = orders.Where(o => o.AmountPaid > 0 && o.Status is not (OrderStatus.Cancelled or OrderStatus.Expired)
            && o.Lines.Any(l => l.Limited)).ToList();
        if (paid.Count == 0)
        {
            return;
        }

        var key = BuyerKeys.OfAccount(accountId);
        var batch = tx.Batch();
        var counts = PurchaseCountTable.Load(batch,
            [.. paid.SelectMany(o => o.Lines.Where(l => l.Limited)).Select(l => (l.VariantId, key)).Distinct()]);
        await batch.RunAsync();
        var book = new PurchaseBook(counts.Rows);
        foreach (var order in paid)
        {
            book.Take(order.Lines, key);
            batch.Execute("UPDATE orders SET buyer_keys = $2 WHERE id = $1", order.Id, string.Join(' ', order.BuyerKeys.Append(key)));
        }

        PurchaseCountTable.Save(book, batch);
        await batch.RunAsync();
    }

    /// <summary>
    /// Removes the keys that would identify the buyer. A guest who ordered with the same email keeps what is counted of their own orders.
    /// </summary>
    private static async Task ForgetBuyerAsync(Tx tx, List<Order> orders, string standIn)
    {
        var ids = orders.Select(o => o.Id).ToArray();
        var bought = orders.Where(o => o.Status is not (OrderStatus.Cancelled or OrderStatus.Expired) && o.Lines.Any(l => l.Limited))
            .ToList();
        var counts = bought.SelectMany(o => o.Lines.Where(l => l.Limited)
            .SelectMany(l => o.BuyerKeys.Append(standIn).Select(key => (l.VariantId, key)))).Distinct().ToList();
        var batch = tx.Batch();
        var purchases = counts.Count == 0 ? null : PurchaseCountTable.Load(batch, counts);
        if (orders.SelectMany(o => o.Discounts.Select(d => d.Id)).Distinct().ToArray() is { Length: > 0 } codes)
        {
            DiscountStore.ForgetBuyers(batch, codes, ids);
        }

        await batch.RunAsync();
        var book = new PurchaseBook(purchases?.Rows ?? []);
        foreach (var order in bought)
        {
            book.GiveBack(order.Lines, order.BuyerKeys);
            book.Take(order.Lines, standIn);
        }

        PurchaseCountTable.Save(book, batch);
        PurchaseCountTable.ForgetUnused(batch, [.. orders.SelectMany(o => o.BuyerKeys).Distinct()]);
        await batch.RunAsync();
    }

    private async Task WriteAsync(Tx tx, List<Order> orders, TableChange<Order> write, Func<Order, Order> change, string actor,
        DateTime now)
    {
        var events = new EventLog();
        var batch = tx.Batch();
        var changed = new List<(Order Before, Order After)>();
        foreach (var before in orders)
        {
            var after = change(before) with { Version = before.Version + 1, EventSequence = before.EventSequence + 1, UpdatedAt = now };
            OrderNames.NoteChanged(batch, before);
            OrderNames.NoteChanged(batch, after);
            changed.Add((before, after));
            events.Add(new Event(after.Id, after.EventSequence, "order.updated", after.StoreId, now, actor, OrderEvents.Previous(before),
                OrderJson.Write(after)));
        }

        write.Save(batch, changed);
        events.Save(batch);
        await batch.RunAsync();
        tx.AfterCommit(signal.Wake);
    }
}
