using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>Loads and saves the <see cref="UnpaidHoldBook"/>. An order without a limit on unpaid holds costs no statement.</summary>
internal static class UnpaidHoldTable
{
    /// <summary>Loads what is held of the commands' variants, and what their buyers hold. Call it after the lock on the stock.</summary>
    /// <param name="now">What has expired by this time counts as free, whether or not a sweep has run.</param>
    /// <param name="ofBuyers">If false, what the buyers hold is not loaded.</param>
    public static Func<UnpaidHoldBook> Load(StatementBatch batch, OrderOptions options, PlacementBooks peeked,
        IEnumerable<PlaceCommand> commands, DateTime now, bool ofBuyers = true)
    {
        var concerned = options.Unpaid.Any ? commands.Where(c => c.IsStrangers && PaymentMethodRule.Of(c, peeked) != PaymentMethod.Online)
            .ToList() : [];
        if (concerned.Count == 0)
        {
            return () => UnpaidHoldBook.None;
        }

        foreach (var command in concerned)
        {
            command.Buyer ??= BuyerFingerprints.Of(command);
        }

        var live = "FROM unpaid_holds WHERE variant_id {in $1} AND (expires_at IS NULL OR expires_at > $2)";
        var variants = concerned.SelectMany(c => c.Lines).Select(l => l.VariantId).Distinct().ToArray();
        var together = batch.Query($"SELECT variant_id, CAST(SUM(quantity) AS bigint) {live} GROUP BY variant_id",
            r => (r.Uuid(0), r.Long(1)), variants, now);
        var theirs = ofBuyers
            ? batch.Query($"SELECT variant_id, email_hash, phone_hash, quantity {live} AND (email_hash {{in $3}} OR phone_hash {{in $4}})",
            r => (r.Uuid(0), new BuyerHashes(r.Long(1), r.LongOrNull(2)), r.Long(3)), variants, now,
            concerned.SelectMany(c => c.Buyer!.Claimed.Known).Distinct().ToArray(),
            concerned.Select(c => c.Buyer!.Claimed.Phone).OfType<long>().Distinct().ToArray()) : null;
        return () => new UnpaidHoldBook(options.Unpaid, together.Rows, theirs?.Rows ?? []);
    }

    /// <summary>Writes what placed orders hold.</summary>
    public static void Save(UnpaidHoldBook book, StatementBatch batch)
    {
        if (book.Added.Count == 0)
        {
            return;
        }

        var rows = new RowSet("unpaid_holds", new("order_id", ColumnType.Uuid), new("variant_id", ColumnType.Uuid),
            new("store_id", ColumnType.Uuid), new("quantity", ColumnType.Long),
            new("email_hash", ColumnType.Long), new("phone_hash", ColumnType.Long), new("expires_at", ColumnType.Time),
            new("created_at", ColumnType.Time));
        foreach (var hold in book.Added)
        {
            rows.Add(hold.OrderId).Add(hold.VariantId).Add(hold.StoreId).Add(hold.Quantity).Add(hold.Buyer.Who).Add(hold.Buyer.Phone)
                .Add(hold.ExpiresAt).Add(hold.CreatedAt);
        }

        batch.Insert(rows);
    }

    /// <summary>
    /// Updates the holds of changed orders. Orders that are paid, vouched for or ended hold nothing any more; orders that their buyers
    /// confirmed do not expire.
    /// </summary>
    public static void Save(IEnumerable<OrderAggregate> changed, StatementBatch batch)
    {
        var over = new List<Guid>();
        foreach (var file in changed.Where(f => MayHold(f.Read)))
        {
            var order = file.Order;
            if (!MayHold(order) || order.IsVouchedFor)
            {
                over.Add(order.Id);
            }
            else if (order.Status != file.Read.Status || order.ContactPhone != file.Read.ContactPhone)
            {
                batch.Execute("UPDATE unpaid_holds SET phone_hash = $2{as bigint}, expires_at = $3{as timestamptz} WHERE order_id = $1",
                    order.Id, BuyerFingerprints.OfPhone(order.ContactPhone), order.Status == OrderStatus.Pending ? order.ExpiresAt : null);
            }

            foreach (var line in order.Lines.Where((l, i) => MayHold(order) && l.Live != file.Read.Lines[i].Live))
            {
                batch.Execute(line.Live > 0 ? "UPDATE unpaid_holds SET quantity = $3 WHERE order_id = $1 AND variant_id = $2"
                    : "DELETE FROM unpaid_holds WHERE order_id = $1 AND variant_id = $2 AND quantity <> $3", order.Id, line.VariantId,
                    line.Live);
            }

            if (order.IsMailboxProved)
            {
                batch.Execute("UPDATE orders SET mailbox_proved = $2 WHERE id = $1", order.Id, true);
            }
        }

        if (over.Count > 0)
        {
            batch.Execute("DELETE FROM unpaid_holds WHERE order_id {in $1}", over.ToArray());
        }
    }

    private static bool MayHold(Order order) =>
        order is { AmountPaid: 0, Status: OrderStatus.Pending or OrderStatus.Confirmed } && order.PaymentMethod != PaymentMethod.Online;
}
