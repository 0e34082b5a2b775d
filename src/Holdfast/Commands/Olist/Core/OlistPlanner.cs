namespace Holdfast.Commands.Olist.Core;

/// <summary>From rows to a plan, without I/O: what <c>import olist</c> writes and <c>replay olist</c> places.</summary>
internal static class OlistPlanner
{
    public static OlistPlan Plan(OlistData data)
    {
        var items = data.Items.Where(i => !data.Spoiled.Contains(i.OrderId)).ToList();
        var itemsOf = items.ToLookup(i => i.OrderId);
        var paymentsOf = data.Payments.ToLookup(p => p.OrderId);
        var good = data.Orders.Where(o => !data.Spoiled.Contains(o.Id)).ToList();
        var full = good.Where(o => itemsOf.Contains(o.Id)).ToList();

        var orders = new List<SellerOrder>(full.Count);
        var counts = new OlistCounts
        {
            Orders = data.Orders.Count + data.Spoiled.Except(data.Orders.Select(o => o.Id)).Count(),
            Spoiled = data.Spoiled.Count
        };
        foreach (var order in full)
        {
            counts = Place(order, data.Customers[order.CustomerId], [.. itemsOf[order.Id]],
                [.. paymentsOf[order.Id].OrderBy(p => p.Sequence)], orders, counts);
        }

        // By time; ties in a fixed order, so that every run is the same.
        orders.Sort((a, b) => (a.Order.PurchasedAt, a.Key).CompareTo((b.Order.PurchasedAt, b.Key)));
        var severalPrices = items.GroupBy(i => i.ProductId).Where(p => p.Select(i => i.Price).Distinct().Skip(1).Any()).Select(p => p.Key)
            .ToHashSet();
        var without = good.Where(o => !itemsOf.Contains(o.Id)).ToList();
        return new OlistPlan(Stores(data, items), Variants(items), orders, counts with
        {
            WithoutItems = without.Count,
            WithoutItemsByStatus = without.CountBy(o => o.Status).ToDictionary(),
            TouchingSeveralPrices = items.Where(i => severalPrices.Contains(i.ProductId)).Select(i => i.OrderId).Distinct().Count(),
            PaymentsOfZero = data.Payments.Count(p => p.Value == 0),
        });
    }

    /// <summary>How the units of each variant come to <paramref name="factor"/> of all: to the unit in sum, by largest remainder.</summary>
    /// <remarks>Rounding each variant separately would not do: four in five of them were sold once, and half of one is none.</remarks>
    public static long[] Scale(IReadOnlyList<VariantPlan> variants, decimal factor)
    {
        var needed = variants.Select(v => v.Needed).ToList();
        return LargestRemainder.Split((long)(needed.Sum() * factor), needed);
    }

    private static List<Seller> Stores(OlistData data, List<Item> items)
    {
        var selling = items.Select(i => i.SellerId).ToHashSet();
        return [.. data.Sellers.Values.Where(s => selling.Contains(s.Id)).OrderBy(s => s.Id, StringComparer.Ordinal)];
    }

    private static List<VariantPlan> Variants(List<Item> items) =>
        [.. items.GroupBy(i => (i.SellerId, i.ProductId, i.Price))
        .Select(g => new VariantPlan(g.Key.ProductId, g.Key.SellerId, g.Key.Price, g.Count()))
            .OrderBy(v => v.SellerId, StringComparer.Ordinal).ThenBy(v => v.ProductId, StringComparer.Ordinal).ThenBy(v => v.Price)];

    private static OlistCounts Place(Order order, Customer customer, List<Item> items, List<Payment> payments, List<SellerOrder> orders,
        OlistCounts counts)
    {
        var bySeller = items.GroupBy(i => i.SellerId).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var subtotals = bySeller.Select(g => g.Sum(i => i.Price)).ToList();
        var paid = payments.Sum(p => p.Value);
        var freights = bySeller.Select(g => g.Sum(i => i.Freight)).ToList();
        var split = PaymentSplit.Of([.. payments.Select(p => p.Value)], [.. subtotals.Zip(freights, (items, freight) => items + freight)]);
        var wasPaid = OlistStatus.WasPaid(order.Status, order.Approved);
        for (var s = 0; s < bySeller.Count; s++)
        {
            List<PaymentPlan> parts = wasPaid
                ? [.. payments.Select((p, i) => new PaymentPlan(p.Sequence, p.Type, p.Installments, split.ForSellers[i][s]))
                .Where(p => p.Amount > 0)] : [];
            var paidHere = parts.Sum(p => p.Amount);
            var freight = wasPaid ? Math.Clamp(paidHere - subtotals[s], 0, freights[s]) : freights[s];
            var (voucher, money) = TakeVouchers(parts, subtotals[s]);
            var target = wasPaid && paidHere < subtotals[s] ? "pending" : OlistStatus.Target(order.Status);
            orders.Add(new SellerOrder(order, customer, bySeller[s].Key,
                [.. bySeller[s].GroupBy(i => (i.ProductId, i.Price))
                .Select(g => new LinePlan(new VariantPlan(g.Key.ProductId, bySeller[s].Key, g.Key.Price, 0).ExternalId, g.Count()))],
                subtotals[s], freight, voucher, money, payments.Any(p => p.Type == "boleto") ? "bank_transfer" : "online", target));
            counts = counts with
            {
                Vouchers = counts.Vouchers + (parts.Any(IsVoucher) ? 1 : 0),
                VoucherCodes = counts.VoucherCodes + voucher,
                VoucherPayments = counts.VoucherPayments + money.Where(IsVoucher).Sum(p => p.Amount),
            };
        }

        var difference = paid - subtotals.Sum() - freights.Sum();
        return counts with
        {
            OfSeveralSellers = counts.OfSeveralSellers + (bySeller.Count > 1 ? 1 : 0),
            PaymentsDiffer = counts.PaymentsDiffer + (difference != 0 ? 1 : 0),
            PaidAbove = counts.PaidAbove + Math.Max(0, difference),
            PaidBelow = counts.PaidBelow + Math.Max(0, -difference),
            ItemsNotCovered = counts.ItemsNotCovered + (paid >= subtotals.Sum() ? 0 : 1),
            CancelledAfterPayment = counts.CancelledAfterPayment + (wasPaid && OlistStatus.Target(order.Status) == "cancelled" ? 1 : 0),
            Items = counts.Items + subtotals.Sum(),
            Freight = counts.Freight + freights.Sum(),
            Payments = counts.Payments + paid,
        };
    }

    /// <summary>Vouchers become a code, as far as there are items that it can take off; what is left of them stays a payment.</summary>
    private static (long Voucher, List<PaymentPlan> Payments) TakeVouchers(List<PaymentPlan> parts, long items)
    {
        var left = Math.Min(items, parts.Where(IsVoucher).Sum(p => p.Amount));
        var (voucher, payments) = (left, new List<PaymentPlan>(parts.Count));
        foreach (var part in parts)
        {
            var taken = IsVoucher(part) ? Math.Min(left, part.Amount) : 0;
            left -= taken;
            if (part.Amount > taken)
            {
                payments.Add(part with { Amount = part.Amount - taken });
            }
        }

        return (voucher, payments);
    }

    private static bool IsVoucher(PaymentPlan payment) => payment.Type == "voucher";
}
