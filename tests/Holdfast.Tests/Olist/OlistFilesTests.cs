using Holdfast.Commands.Olist;
using Holdfast.Commands.Olist.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Tests.Olist;

public sealed class OlistFilesTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly string S1 = OlistSamples.Id("5a"), S2 = OlistSamples.Id("5b"), P1 = OlistSamples.Id("b1"),
        P2 = OlistSamples.Id("b2");
    private static readonly string C1 = OlistSamples.Id("c1"), C2 = OlistSamples.Id("c2"), O1 = OlistSamples.Id("01"),
        O2 = OlistSamples.Id("02"), O3 = OlistSamples.Id("03");

    [Fact]
    public async Task An_order_of_two_sellers_becomes_two_with_its_payments_split()
    {
        var plan = await PlanAsync(
            items: $"{O1},1,{P1},{S1},2018-01-01 00:00:00,30.0,2.50\n{O1},2,{P1},{S1},2018-01-01 "
            + $"00:00:00,30.00,2.5\n{O1},3,{P2},{S2},2018-01-01 00:00:00,20,5",
            payments: $"{O1},2,voucher,1,40.00\n{O1},1,credit_card,3,50\n{O1},3,voucher,1,0.0");
        Assert.Equal(2, plan.Orders.Count);
        var (a, b) = (plan.Orders[0], plan.Orders[1]);
        Assert.Equal((6000, 2000), (a.Subtotal, b.Subtotal));
        // The voucher of 40.00 is split 65 : 25 by what is due, and comes off as a code; the card pays the rest.
        Assert.Equal((500, 500), (a.Freight, b.Freight));
        Assert.Equal((4000, 9000), (a.Voucher + b.Voucher, a.Voucher + b.Voucher + a.Paid + b.Paid));
        Assert.Equal((a.Total, b.Total, $"V-{O1}"), (a.Paid, b.Paid, a.Code));
        Assert.Equal([1], a.Payments.Select(p => p.Sequence));
        Assert.Equal(3, a.Payments[0].Installments);
        Assert.Equal([new LinePlan($"{P1}:{S1}:3000", 2)], a.Lines);
        Assert.Equal($"olist:{O1}:{S2}", b.Key);
        Assert.Equal((1, 0, 1, 9000, 1000, 4000L, 0L),
            (plan.Counts.OfSeveralSellers, plan.Counts.PaymentsDiffer, plan.Counts.PaymentsOfZero, plan.Counts.Payments,
            plan.Counts.Freight, plan.Counts.VoucherCodes, plan.Counts.VoucherPayments));
        Assert.Equal([2, 1], plan.Variants.Select(v => v.Needed));
        Assert.Equal([new Seller(S1, "são paulo", "SP"), new Seller(S2, "novo hamburgo, rio grande do sul, brasil", "RS")], plan.Stores);
    }

    [Fact]
    public async Task A_product_at_two_prices_has_two_variants_and_what_differs_is_counted()
    {
        var plan = await PlanAsync(
            items: $"{O1},1,{P1},{S1},x,10,1\n{O2},1,{P1},{S1},x,12,1",
            payments: $"{O1},1,boleto,1,11.05\n{O2},1,credit_card,1,12.98");
        Assert.Equal([1000L, 1200L], plan.Variants.Select(v => v.Price));
        Assert.Equal((2, 2, 5, 2),
            (plan.Counts.TouchingSeveralPrices, plan.Counts.PaymentsDiffer, plan.Counts.PaidAbove, plan.Counts.PaidBelow));
        Assert.Equal(["bank_transfer", "online"], plan.Orders.Select(o => o.PaymentMethod));
        Assert.All(plan.Orders, o => Assert.Equal(o.Total, o.Paid));
        Assert.Equal([100, 98], plan.Orders.Select(o => o.Freight));
        Assert.Equal(["delivered", "cancelled"], plan.Orders.Select(o => o.Target));
    }

    [Fact]
    public async Task An_order_whose_payments_do_not_cover_its_items_stays_pending()
    {
        var plan = await PlanAsync(items: $"{O1},1,{P1},{S1},x,10,1", payments: $"{O1},1,boleto,1,4");
        Assert.Equal(("pending", 400L, 1), (plan.Orders[0].Target, plan.Orders[0].Paid, plan.Counts.ItemsNotCovered));
    }

    [Theory]
    [InlineData("price", "12,3.9999,1", "'3.9999' is not an amount of two decimals at most")]
    [InlineData("price", "12,abc,1", "'abc' is not an amount of two decimals at most")]
    [InlineData("price", "12,-1,1", "'-1' is not an amount of two decimals at most")]
    [InlineData("price", "12,1e9,1", "'1e9' is not an amount of two decimals at most")]
    [InlineData("price", "12,10000000.01,1", "'10000000.01' is too large")]
    [InlineData("price", "12,1.000,1", "1.000 can be read as 1 or 1000; say --decimal=. or --decimal=,")]
    [InlineData("freight_value", "12,1,\"2,500\"", "2,500 can be read as 2.5 or 2500; say --decimal=. or --decimal=,")]
    [InlineData("price", "12,,1", "is empty")]
    [InlineData("freight_value", "12,1", "the row has 6 fields, the header 7")]
    [InlineData("8", "12,1,1,1", "the row has 8 fields, the header 7")]
    [InlineData("1", "\"12,1,1", "a quote is not closed, or stands within a field that is not quoted")]
    public async Task A_bad_item_is_named_by_line_and_column_and_its_order_left_out(string column, string rest, string message)
    {
        var data = await DataAsync(
            items: $"{O2},1,{P1},{S1},x,10,1\n{O1},1,{P1},{S1},x,10,1\n{O1},2,{P1},{S1},{rest}",
            payments: $"{O1},1,boleto,1,11\n{O2},1,boleto,1,11");
        Assert.Equal(new BadRow("olist_order_items_dataset.csv", 4, column, message), Assert.Single(data.BadRows));
        var plan = OlistPlanner.Plan(data);
        Assert.Equal(O2, Assert.Single(plan.Orders).Order.Id);
        Assert.Equal((1, 1), (plan.Counts.Spoiled, Assert.Single(plan.Variants).Needed));
    }

    [Fact]
    public async Task A_bad_order_is_reported_once_and_its_items_are_not()
    {
        var data = await DataAsync(orders: $"{O3},{C1},lost,2018-01-01 10:00:00,", items: $"{O3},1,{P1},{S1},x,10,1",
            payments: $"{O3},1,boleto,1,11");
        Assert.Equal("olist_orders_dataset.csv line 4, column order_status: 'lost' is not a status of the data set",
            Assert.Single(data.BadRows).ToString());
        Assert.Empty(OlistPlanner.Plan(data).Orders);
        Assert.Equal(3, OlistPlanner.Plan(data).Counts.Orders);
    }

    [Fact]
    public async Task Repeated_keys_and_unknown_ids_are_bad()
    {
        var data = await DataAsync(
            orders: $"{O1},{C1},delivered,2018-01-01 10:00:00,",
            items: $"{O1},1,{OlistSamples.Id("9")},{S1},x,10,1\n{O2},1,{P1},{S1},x,10,1\n{O2},1,{P1},{S1},x,10,1",
            payments: $"{OlistSamples.Id("77")},1,boleto,1,11");
        Assert.Equal(["olist_orders_dataset.csv 4 order_id", "olist_order_items_dataset.csv 2 product_id",
            "olist_order_items_dataset.csv 4 order_item_id",
            "olist_order_payments_dataset.csv 2 order_id"], data.BadRows.Select(b => $"{b.File} {b.Line} {b.Column}"));
        Assert.Equal([O1, O2], data.Spoiled.Order());
    }

    [Fact]
    public async Task A_missing_file_or_column_stops_it()
    {
        var folder = OlistSamples.Write();
        await File.WriteAllTextAsync(Path.Combine(folder, "olist_products_dataset.csv"), "product_id,category\n", Ct);
        Assert.Equal("olist_products_dataset.csv line 1: there is no column product_category_name",
            (await Assert.ThrowsAsync<StartupException>(() => OlistFiles.ReadAsync(folder, Ct))).Message);
        File.Delete(Path.Combine(folder, "olist_products_dataset.csv"));
        Assert.StartsWith("there is no file", (await Assert.ThrowsAsync<StartupException>(() => OlistFiles.ReadAsync(folder, Ct))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_real_orders_are_what_docs_olist_says()
    {
        var data = await OlistFiles.ReadAsync(OlistSamples.Folder(), Ct);
        Assert.Empty(data.BadRows);
        var plan = OlistPlanner.Plan(data);
        var c = plan.Counts;
        Assert.Equal((6099, 601, 30, 54, 1048), (c.Orders, c.WithoutItems, c.PaymentsDiffer, c.OfSeveralSellers, c.TouchingSeveralPrices));
        Assert.Equal((4, 0, 0), (c.PaymentsOfZero, c.ItemsNotCovered, c.Spoiled));
        Assert.Equal((80_184_589, 12_662_189), (c.Items, c.Freight));
        Assert.Equal(c.Items + c.Freight + c.PaidAbove - c.PaidBelow, c.Payments);
        Assert.Equal((c.Items + c.Freight - c.PaidBelow, c.VoucherCodes),
            (plan.Orders.Sum(o => o.Total + o.Voucher), plan.Orders.Sum(o => o.Voucher)));
        Assert.Equal((1416, 4685, 5553), (plan.Stores.Count, plan.Variants.Count, plan.Orders.Count));
        Assert.Equal(6221, plan.Variants.Sum(v => v.Needed));
        Assert.Equal(plan.Variants.Sum(v => v.Needed), plan.Orders.Sum(o => o.Lines.Sum(l => l.Quantity)));
        Assert.Equal(3110, OlistPlanner.Scale(plan.Variants, 0.5m).Sum());
        Assert.Equal(plan.Orders.Count, plan.Orders.Select(o => o.Key).Distinct().Count());
        Assert.All(plan.Orders, o => Assert.True(o.Payments.Count == 0 || o.Paid == o.Total));
        Assert.All(plan.Orders, o =>
            Assert.Equal(o.Subtotal,
            o.Lines.Sum(l => l.Quantity * long.Parse(l.Variant.Split(':')[2], System.Globalization.CultureInfo.InvariantCulture))));
    }

    private static async Task<OlistPlan> PlanAsync(string items, string payments)
    {
        var data = await DataAsync(items: items, payments: payments);
        Assert.Empty(data.BadRows);
        return OlistPlanner.Plan(data);
    }

    private static async Task<OlistData> DataAsync(string orders = "", string items = "", string payments = "")
    {
        var folder = OlistSamples.Write(
            $"{S1},01001,são paulo,SP\n{S2},93310,\"novo hamburgo, rio grande do sul, brasil\",RS",
            $"{P1},bebes\n{P2},",
            $"{C1},{C1},01001,são paulo,SP\n{C2},{C1},01001,são paulo,SP",
            $"{O1},{C1},delivered,2018-01-01 10:00:00,2018-01-01 11:00:00\n{O2},{C2},canceled,2018-01-02 10:00:00,2018-01-02 "
            + $"11:00:00\n{orders}",
            items, payments);
        try
        {
            return await OlistFiles.ReadAsync(folder, Ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
