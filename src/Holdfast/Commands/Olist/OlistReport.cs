using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;

namespace Holdfast.Commands.Olist;

/// <summary>What the two commands print.</summary>
internal static class OlistReport
{
    private const int Shown = 50;

    /// <summary>The bad rows, on standard error; the first ones in full.</summary>
    public static void BadRows(OlistData data)
    {
        foreach (var row in data.BadRows.Take(Shown))
        {
            Console.Error.WriteLine(row);
        }

        if (data.BadRows.Count > 0)
        {
            Console.Error.WriteLine(
                $"{data.BadRows.Count} bad rows{(data.BadRows.Count > Shown ? $", the first {Shown} above" : "")}; "
                + $"{data.Spoiled.Count} orders are left out with them");
        }
    }

    /// <summary>What is in the data set, with what is particular about it.</summary>
    public static void Counts(OlistPlan plan)
    {
        var c = plan.Counts;
        Line("recorded orders",
            $"{c.Orders:N0}, of which {c.WithoutItems:N0} have no items "
            + $"({string.Join(", ", c.WithoutItemsByStatus.OrderByDescending(s => s.Value)
            .Select(s => FormattableString.Invariant($"{s.Key.ToString().ToLowerInvariant()} {s.Value:N0}")))}) and are not placed");
        Line("to place", $"{plan.Orders.Count:N0} orders: {c.OfSeveralSellers:N0} recorded ones are of several sellers");
        Line("catalog",
            $"{plan.Stores.Count:N0} stores, {plan.Variants.Count:N0} variants, {plan.Variants.Sum(v => v.Needed):N0} pieces needed; "
            + $"{c.TouchingSeveralPrices:N0} orders touch a product that is sold at several prices");
        Line("amounts", $"items {Brl.Of(c.Items)}, freight {Brl.Of(c.Freight)}, payments {Brl.Of(c.Payments)} {Brl.Code}");
        Line("payments",
            $"{c.PaymentsDiffer:N0} orders were not paid items and freight to the cent ({Brl.Of(c.PaidAbove)} above, left out; "
            + $"{Brl.Of(c.PaidBelow)} below, charged as less freight); {c.ItemsNotCovered:N0} not even their items; "
            + $"{c.PaymentsOfZero:N0} payments of 0 are left out");
        Line("vouchers",
            $"in {c.Vouchers:N0} orders: {Brl.Of(c.VoucherCodes)} become discount codes, {Brl.Of(c.VoucherPayments)} beyond the items "
            + "stay payments");
        Line("cancelled", $"{c.CancelledAfterPayment:N0} orders after they had been paid: their money becomes refund due");
    }

    public static void Import(OlistImport import)
    {
        var w = import.Written;
        Line("imported",
            $"{w.Stores:N0} stores, {w.Products:N0} products, {w.Variants:N0} variants, {w.Receipts:N0} receipts of {w.Pieces:N0} pieces, "
            + $"{import.Codes:N0} discount codes; what was there already stays as it is");
    }

    public static void Replay(OlistPlan plan, OlistReplay replay, ShopClient client, bool interrupted)
    {
        var t = replay.Tally;
        Console.WriteLine();
        if (interrupted)
        {
            Line("INTERRUPTED", $"after {t.Placed + t.Refused:N0} of {plan.Orders.Count:N0} orders; run the same again to go on");
        }

        Line("placed",
            $"{t.Placed:N0}{(t.PlacedBefore > 0 ? FormattableString.Invariant($", {t.PlacedBefore:N0} of them by an earlier run") : "")}");
        Line("refused", t.Refused == 0 ? "0" : $"{t.Refused:N0}: {t.RefusedByCode()}");
        Line("totals",
            $"{Brl.Of(t.Expected)} {Brl.Code} in the data set, {Brl.Of(t.Engine)} in the engine: "
            + $"{(t.Expected == t.Engine ? "equal to the cent" : "DIFFERENT")}");
        Line("payments", $"{t.Payments:N0} of {Brl.Of(t.Paid)} {Brl.Code}; refund due {Brl.Of(t.RefundDue)}");
        Line("statuses", t.Statuses());
        Line("placing", $"{t.Placing}");
        var seconds = Math.Max(0.001, replay.Took.TotalSeconds);
        Line("speed",
            $"{t.Placed / seconds:N0} orders/s with their payments and steps, {replay.Requests / seconds:N0} requests/s, {seconds:N1} s; "
            + $"{client.Retries:N0} retries");
        Line("deviations", t.Deviations == 0 ? "none" : $"{t.Deviations:N0}");
        foreach (var example in t.Examples())
        {
            Console.WriteLine($"  {example}");
        }
    }

    private static void Line(string name, string text) => Console.WriteLine($"{name,-16} {text}");
}
