namespace Holdfast.Commands.Drill.Core;

/// <summary>
/// Judges a drill from the buyers' receipts alone, against what the server says in the end; it shares nothing with the engine.
/// </summary>
internal static class DrillAudit
{
    /// <param name="stock">What was received.</param>
    /// <param name="receipts">Of all attempts.</param>
    /// <param name="seen">Every order that a receipt names and the server knows, and every order that the store lists.</param>
    /// <param name="available">What the server says can still be had.</param>
    /// <param name="wanted">Whether somebody who would have paid was refused to the end.</param>
    public static Verdict Judge(long stock, IReadOnlyList<Receipt> receipts, IReadOnlyList<SeenOrder> seen, long available, bool wanted)
    {
        var deviations = new List<string>();
        var orders = seen.DistinctBy(o => o.Id).ToDictionary(o => o.Id);
        var byKey = receipts.ToDictionary(r => r.Key);
        var held = orders.Values.Where(o => o.IsLive).Sum(o => o.Quantity);
        var oversold = Math.Max(0, held - stock);
        Say(oversold > 0, $"oversold: {held} of {stock} are sold or held");
        Say(available != Math.Max(0, stock - held),
            $"{held} of {stock} are sold or held, so {stock - held} must be available, but it is {available}");
        var unsold = wanted ? available : 0;
        Say(unsold > 0, $"refused though it could be sold: {available} are left, and buyers went away without");

        var (doubled, lost, wrong) = (0, 0, 0);
        foreach (var receipt in receipts)
        {
            var known = receipt.Orders.Distinct().ToList();
            doubled += Count(known.Count > 1, $"doubled: {receipt.Key} was answered with {known.Count} orders");
            foreach (var id in known)
            {
                lost += Count(!orders.ContainsKey(id),
                    $"lost: order {id} of {receipt.Key} was acknowledged, and the server does not know it");
            }

            Say(receipt.IsUnanswered, $"unanswered: {receipt.Key}");
            var of = known.Where(orders.ContainsKey).Select(id => orders[id]).ToList();
            Say(receipt.Cancelled && of.Any(o => o.Status != "cancelled"),
                $"{receipt.Key}: its cancellation was acknowledged, and it is {of.FirstOrDefault()?.Status}");
            wrong += of.Count(order => Count(MoneyOf(receipt, order) is not null, $"money: {receipt.Key}: {MoneyOf(receipt, order)}") > 0);
        }

        foreach (var twins in orders.Values.Where(o => o.Key is not null).GroupBy(o => o.Key).Where(g => g.Count() > 1))
        {
            // Where the receipt itself tells of them, they have been counted.
            doubled += Count(byKey.GetValueOrDefault(twins.Key!)?.Orders.Distinct().Count() < 2,
                $"doubled: the store has {twins.Count()} orders of {twins.Key}");
        }

        deviations.AddRange(Ghosts(orders.Values, byKey));

        return new Verdict(orders.Values.Where(o => o.IsSold).Sum(o => o.Quantity), held,
            receipts.Count(r => r.Refusal is not null && r.Orders.Count == 0),
            receipts.Count(r => r.IsUnanswered), doubled, lost, oversold, unsold, wrong, orders.Values.Count(o => o.RefundDue > 0),
            deviations);

        void Say(bool isSo, string what)
        {
            if (isSo)
            {
                deviations.Add(what);
            }
        }

        int Count(bool isSo, string what)
        {
            Say(isSo, what);
            return isSo ? 1 : 0;
        }
    }

    private static IEnumerable<string> Ghosts(IEnumerable<SeenOrder> orders, Dictionary<string, Receipt> byKey) =>
        orders.Where(o => o.Key is null || !byKey.TryGetValue(o.Key, out var r) || (r.Orders.Count == 0 && !r.IsUnanswered))
            .Select(ghost => $"the store has order {ghost.Id}, {ghost.Status}, which nobody was told of");

    /// <summary>
    /// What is wrong with the money of an order, or null. Paid once: kept where it was sold, refund due where it was not.
    /// </summary>
    private static string? MoneyOf(Receipt receipt, SeenOrder order) =>
        receipt.Paid > 0 && order.AmountPaid != receipt.Paid ? $"{receipt.Paid} were acknowledged, the order has {order.AmountPaid}"
        : !receipt.PaymentSent && order.AmountPaid != 0 ? $"nobody paid, the order has {order.AmountPaid}"
        : order.IsSold && order.AmountPaid - order.RefundDue != order.Total
        ? $"it is {order.Status} at {order.Total} with {order.AmountPaid} paid and {order.RefundDue} due back"
        : !order.IsSold && order.RefundDue != order.AmountPaid
        ? $"it is {order.Status} with {order.AmountPaid} paid and only {order.RefundDue} due back"
        : null;
}
