using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>Reads the <see cref="PendingBook"/>.</summary>
internal static class PendingOrderTable
{
    private const string Unpaid =
        "SELECT id, store_id, email_hash, phone_hash, quantity, CASE WHEN status = 'pending' THEN expires_at END FROM orders "
        + "WHERE amount_paid = 0 AND total > 0 AND status IN ('pending', 'confirmed') AND ";

    /// <summary>Knows only the orders of the batch itself: a caller who only asks is told nothing of the orders of others.</summary>
    public static PendingBook Unread(OrderOptions options, PlaceCommand command)
    {
        if (!options.CapsPending || !command.IsCapped)
        {
            return PendingBook.None;
        }

        command.Buyer = BuyerFingerprints.Of(command);
        return new PendingBook(Limit(options.MaxPendingOrders), Limit(options.MaxPendingQuantity), []);
    }

    /// <summary>
    /// Loads the unpaid orders of these buyers in the stores, without those whose time is over: their stock counts as free. No lock.
    /// </summary>
    public static Func<DateTime, PendingBook> Peek(StatementBatch batch, OrderOptions options, IReadOnlyCollection<PlaceCommand> commands)
    {
        var capped = options.CapsPending ? commands.Where(c => c.IsCapped).ToList() : [];
        if (capped.Count == 0)
        {
            return _ => PendingBook.None;
        }

        foreach (var command in capped)
        {
            command.Buyer = BuyerFingerprints.Of(command);
        }

        // A question for each sign: one with OR would be answered by reading all unpaid orders.
        QueryResult<(Guid Id, PendingOrder Order, DateTime? ExpiresAt)>[] found =
        [
            Query("email_hash {in $1}", b => b.Known), Query("phone_hash {in $1}", b => b.Phone is { } phone ? [phone] : []),
        ];
        var stores = commands.Select(c => c.StoreId).ToHashSet();
        return now => new PendingBook(Limit(options.MaxPendingOrders), Limit(options.MaxPendingQuantity),
            found.SelectMany(f => f.Rows).Where(o => stores.Contains(o.Order.StoreId) && !(o.ExpiresAt <= now)).DistinctBy(o => o.Id)
            .Select(o => o.Order));

        QueryResult<(Guid, PendingOrder, DateTime?)> Query(string where, Func<BuyerHashes, IReadOnlyList<long>> hashes) =>
            batch.Query(Unpaid + where,
            r => (r.Uuid(0), new PendingOrder(r.Uuid(1), r.Long(2), r.LongOrNull(3), r.Long(4)), r.TimeOrNull(5)),
            capped.SelectMany(c => hashes(c.Buyer!)).Distinct().ToArray());
    }

    private static int Limit(int limit) => limit > 0 ? limit : int.MaxValue;
}
