using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>
/// Reads the <see cref="ClientHoldBook"/> from the orders themselves, so that nothing more is written for an order that is paid online.
/// </summary>
internal static class ClientHoldTable
{
    private const string Select =
        "SELECT o.client_hash, l.variant_id, CAST(SUM(l.quantity - l.cancelled - l.undelivered) AS bigint) FROM orders o "
        + "JOIN order_lines l ON l.order_id = o.id WHERE o.client_hash {in $1} AND o.amount_paid = 0 AND o.status = 'pending' "
        + "AND o.payment_method = 'online' AND o.expires_at > $3 AND l.variant_id {in $2} GROUP BY o.client_hash, l.variant_id "
        + "UNION ALL SELECT o.client_hash, h.variant_id, CAST(SUM(h.quantity) AS bigint) FROM unpaid_holds h "
        + "JOIN orders o ON o.id = h.order_id WHERE h.variant_id {in $2} AND (h.expires_at IS NULL OR h.expires_at > $3) "
        + "AND o.client_hash {in $1} GROUP BY o.client_hash, h.variant_id";

    /// <summary>Loads what is held from the addresses of the commands. Call it after the lock on the stock.</summary>
    /// <param name="now">What has expired by this time counts as free, whether or not a sweep has run.</param>
    /// <param name="ofOthers">If false, what others at the address hold is not loaded.</param>
    public static Func<ClientHoldBook> Open(StatementBatch batch, OrderOptions options, PlacementBooks peeked,
        IEnumerable<PlaceCommand> commands, DateTime now, bool ofOthers = true)
    {
        var concerned = new List<PlaceCommand>();
        foreach (var command in options.Unpaid.SharePercent > 0 ? commands.Where(c => c.IsStrangers) : [])
        {
            command.Buyer ??= BuyerFingerprints.Of(command);
            if (command.Buyer.Client is not null && PaymentMethodRule.Of(command, peeked) == PaymentMethod.Online)
            {
                concerned.Add(command);
            }
        }

        if (concerned.Count == 0)
        {
            return () => ClientHoldBook.None;
        }

        var holds = ofOthers ? batch.Query(Select, r => (r.Long(0), r.Uuid(1), r.Long(2)),
            concerned.Select(c => c.Buyer!.Client!.Value).Distinct().ToArray(),
            concerned.SelectMany(c => c.Lines).Select(l => l.VariantId).Distinct().ToArray(), now) : null;
        return () => new ClientHoldBook(options.Unpaid, holds?.Rows ?? []);
    }
}
