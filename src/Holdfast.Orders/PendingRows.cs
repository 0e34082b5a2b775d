using Holdfast.Orders.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Orders;

/// <summary>Reads the <see cref="PendingBook"/>.</summary>
internal static class PendingRows
{
    private const string Unpaid = "SELECT id, store_id, email_hash, phone_hash, address_hash, quantity FROM orders "
        + "WHERE amount_paid = 0 AND total > 0 AND status IN ('pending', 'confirmed') AND ";

    /// <summary>The unpaid orders of these buyers in the stores; no lock.</summary>
    public static Func<PendingBook> Peek(StatementBatch batch, OrderOptions options, IReadOnlyCollection<PlaceCommand> commands)
    {
        var capped = options.CapsPending ? commands.Where(c => c.IsCapped).ToList() : [];
        if (capped.Count == 0)
        {
            return () => PendingBook.None;
        }

        // A question for each sign: one with OR would be answered by reading all unpaid orders.
        Fetched<(Guid Id, PendingOrder Order)>[] found =
        [
            Query("email_hash {in $1}", c => c.Buyer.Email), Query("phone_hash {in $1}", c => c.Buyer.Phone), Query("address_hash {in $1}", c => c.Buyer.Address),
        ];
        var stores = commands.Select(c => c.StoreId).ToHashSet();
        return () => new PendingBook(Limit(options.MaxPendingOrders), Limit(options.MaxPendingQuantity),
            found.SelectMany(f => f.Rows).Where(o => stores.Contains(o.Order.StoreId)).DistinctBy(o => o.Id).Select(o => o.Order));

        Fetched<(Guid, PendingOrder)> Query(string where, Func<PlaceCommand, long> hash) => batch.Query(Unpaid + where,
            r => (r.Uuid(0), new PendingOrder(r.Uuid(1), new BuyerHashes(r.Long(2), r.Long(3), r.Long(4)), r.Long(5))),
            capped.Select(hash).Distinct().ToArray());
    }

    private static int Limit(int limit) => limit > 0 ? limit : int.MaxValue;
}
