using Holdfast.Commands.Drill.Core;

namespace Holdfast.Tests.Olist;

/// <summary>The audit passes what is right, and finds each thing that can be wrong.</summary>
public sealed class DrillAuditTests
{
    private static readonly Guid A = new("00000000-0000-7000-8000-00000000000a"), B = new("00000000-0000-7000-8000-00000000000b");

    private static readonly Receipt Buyer = new("a", 1) { Orders = [A, A], PaymentSent = true, Paid = 500 };
    private static readonly Receipt Late = new("b", 1) { Orders = [B], PaymentSent = true, Paid = 500 };
    private static readonly Receipt Refused = new("c", 1) { Refusal = "insufficient_stock" };
    private static readonly SeenOrder Sold = new(A, "a", "confirmed", 1, 500, 500, 0);
    private static readonly SeenOrder Over = new(B, "b", "expired", 1, 500, 500, 500);

    [Fact]
    public void Passes_what_is_right()
    {
        var verdict = Judge([Buyer, Late, Refused], [Sold, Over]);
        Assert.Empty(verdict.Deviations);
        Assert.Equal((1, 1, 1, 0, 0, 0, 0, 0, 0),
            (verdict.Sold, verdict.Held, verdict.Refused, verdict.Unanswered, verdict.Doubled, verdict.Lost, verdict.Oversold,
            verdict.Unsold, verdict.MoneyWrong));
    }

    [Fact]
    public void Finds_an_oversold_item() =>
        Assert.Equal(1, Judge([Buyer, Late], [Sold, Over with { Status = "confirmed", RefundDue = 0 }]).Oversold);

    [Fact]
    public void Finds_what_could_have_been_sold() => Assert.Equal(1, Judge([Buyer, Refused], [Sold], stock: 2, available: 1).Unsold);

    [Fact]
    public void Finds_stock_that_nobody_holds() => Assert.Single(Judge([Buyer, Refused], [Sold], stock: 2, available: 0).Deviations);

    [Fact]
    public void Finds_a_doubled_order_in_the_answers() =>
        Assert.Equal(1, Judge([Buyer with { Orders = [A, B], Paid = 0 }], [Sold, Over with { Key = "a" }]).Doubled);

    [Fact]
    public void Finds_a_doubled_order_that_nobody_was_told_of() =>
        Assert.Equal(1, Judge([Buyer], [Sold, Over with { Key = "a", AmountPaid = 0, RefundDue = 0 }]).Doubled);

    [Fact]
    public void Finds_a_lost_order() => Assert.Equal(1, Judge([Buyer, Late], [Sold]).Lost);

    [Fact]
    public void Finds_an_order_that_nobody_was_told_of() =>
        Assert.Single(Judge([Buyer, Refused], [Sold, Over with { Key = "c" }]).Deviations);

    [Fact]
    public void Finds_a_buyer_whom_nobody_answered() => Assert.Equal(1, Judge([Buyer, new Receipt("d", 1)], [Sold]).Unanswered);

    [Fact]
    public void Finds_a_cancellation_that_did_not_last() => Assert.Single(Judge([Buyer with { Cancelled = true }], [Sold]).Deviations);

    [Theory]
    [InlineData("confirmed", 500, 0, 0, 0)] // Acknowledged and not recorded.
    [InlineData("confirmed", 500, 1000, 0, 0)] // Counted twice.
    [InlineData("confirmed", 500, 500, 500, 0)] // Sold, and its money owed back.
    [InlineData("expired", 500, 500, 0, 1)] // Kept without goods.
    [InlineData("cancelled", 500, 500, 100, 1)]
    public void Finds_wrong_money(string status, long acknowledged, long paid, long refundDue, long available) =>
        Assert.Equal(1,
        Judge([Buyer with { Paid = acknowledged }], [Sold with { Status = status, AmountPaid = paid, RefundDue = refundDue }],
        available: available).MoneyWrong);

    [Fact]
    public void Finds_money_that_nobody_sent() => Assert.Equal(1, Judge([Buyer with { Paid = 0, PaymentSent = false }], [Sold]).MoneyWrong);

    [Fact]
    public void A_crowd_is_its_seeds()
    {
        var crowd = BuyerPlan.Crowd(5000, 30, new Random(7));
        Assert.Equal(crowd, BuyerPlan.Crowd(5000, 30, new Random(7)));
        Assert.Equal(Enum.GetValues<Habit>().Order(), crowd.Select(b => b.Habit).Distinct().Order());
        Assert.All(crowd, b => Assert.InRange(b.Arrives, 0, 30));
    }

    private static Verdict Judge(Receipt[] receipts, SeenOrder[] seen, long stock = 1, long available = 0) =>
        DrillAudit.Judge(stock, receipts, seen, available, wanted: true);
}
