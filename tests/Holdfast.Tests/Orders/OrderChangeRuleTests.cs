using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Orders.Core;

namespace Holdfast.Tests.Orders;

/// <summary>The rules for changing orders: money, goods and time.</summary>
public sealed partial class OrderRuleTests
{
    [Fact]
    public void An_order_can_be_paid_until_its_time_and_not_at_it()
    {
        var order = Place(Command()).Value;
        Assert.Equal(Now.AddMinutes(15), order.ExpiresAt);
        Assert.Equal(["payment.succeeded", "order.confirmed"], Paid(order, order.ExpiresAt!.Value.AddMilliseconds(-1), stock: 0));
        Assert.Equal(["order.expired", "payment.succeeded"], Paid(order, order.ExpiresAt.Value, stock: 0, isHeld: true));
    }

    [Fact]
    public void More_than_the_total_is_due_back_once_and_what_is_kept_is_the_total()
    {
        var file = new OrderAggregate(Place(Command(), Books(price: 100)).Value, [], []);
        var books = Changes(file, 1);
        Assert.Null(LifecycleRules.Decide(Payment(file, "1", 60), file, books, Now));
        Assert.Equal((OrderStatus.Pending, PaymentStatus.PartiallyPaid), (file.Order.Status, file.Order.PaymentStatus));
        Assert.Null(LifecycleRules.Decide(Payment(file, "2", 50), file, books, Now));
        Assert.Equal(OrderStatus.Confirmed, file.Order.Status);
        Assert.Equal((110L, 10L, 100L), (file.Order.AmountPaid, file.Order.RefundDue, file.Order.Kept));
        Assert.Null(LifecycleRules.Decide(Payment(file, "3", 5), file, books, Now));
        Assert.Null(LifecycleRules.Decide(new CancelCommand(file.Order.Id, Store, "x", null), file, books, Now));
        Assert.Equal((115L, 115L, 0L), (file.Order.AmountPaid, file.Order.RefundDue, file.Order.Kept));
        Assert.Equal(115, file.NewRefunds.Sum(r => r.Amount));
        Assert.All(file.Payments, p => Assert.Equal(p.Amount, file.Refunds.Where(r => r.PaymentId == p.Id).Sum(r => r.Amount)));
    }

    [Fact]
    public void Late_money_uses_of_what_is_due_back_as_much_as_it_needs()
    {
        var order = Place(Command(), Books(price: 100)).Value;
        Refund[] due = [.. new long[] { 40, 60, 30 }.Select(amount => new Refund(Guid.CreateVersion7(), amount, "late", Refund.Due, Now))];
        var file = new OrderAggregate(order, [], due);
        file.Withdraw(50);
        Assert.Equal([(40L, Refund.Withdrawn), (50L, Refund.Due), (30L, Refund.Due)], file.Refunds.Select(r => (r.Amount, r.Status)));
        Assert.Equal(80, file.Withdrawable);
    }

    [Fact]
    public void Goods_that_have_left_are_all_or_some_and_nobody_ships_or_returns_more_than_there_is()
    {
        var file = new OrderAggregate(Place(Command(3), Books()).Value with { Status = OrderStatus.Confirmed }, [], []);
        var books = Changes(file, 3);
        StockLine[]? Lines(long? quantity) => quantity is { } q ? [new StockLine(Variant, q)] : null;
        ShipCommand Ship(long? quantity) => new(file.Order.Id, Store, "x", Guid.CreateVersion7(), Lines(quantity), null, null);
        ReturnCommand Back(long quantity) => new(file.Order.Id, Store, "x", Guid.CreateVersion7(), Lines(quantity), true);
        Assert.Equal("quantity_too_large", LifecycleRules.Decide(Ship(4), file, books, Now)?.Code);
        Assert.Null(LifecycleRules.Decide(Ship(2), file, books, Now));
        Assert.Equal(OrderStatus.PartiallyShipped, file.Order.Status);
        Assert.Equal("quantity_too_large", LifecycleRules.Decide(Ship(2), file, books, Now)?.Code);
        Assert.Null(LifecycleRules.Decide(Ship(null), file, books, Now));
        var stock = books.Stock.Find(Variant)!;
        Assert.Equal((OrderStatus.Shipped, 0L, 0L), (file.Order.Status, stock.OnHand, stock.Reserved));
        Assert.Equal("illegal_transition",
            LifecycleRules.Decide(new CancelCommand(file.Order.Id, Store, "x", null), file, books, Now)?.Code);
        Assert.Null(LifecycleRules.Decide(new DeliverCommand(file.Order.Id, Store, "x", Guid.CreateVersion7()), file, books, Now));
        Assert.Equal("quantity_too_large", LifecycleRules.Decide(Back(4), file, books, Now)?.Code);
        Assert.Null(LifecycleRules.Decide(Back(1), file, books, Now));
        Assert.Equal(OrderStatus.Delivered, file.Order.Status);
        Assert.Null(LifecycleRules.Decide(Back(2), file, books, Now));
        Assert.Equal((OrderStatus.Returned, 3L), (file.Order.Status, stock.OnHand));
    }

    [Fact]
    public void Late_money_takes_again_no_more_of_a_limited_item_than_the_buyer_may_have()
    {
        var order = Place(Command(2), Books(limit: 3)).Value;
        foreach (var (held, last) in new[] { (1L, "order.confirmed"), (2L, "payment.succeeded") })
        {
            var file = new OrderAggregate(order with { Status = OrderStatus.Expired }, [], []);
            var books = Changes(file, 9, purchases: [(Variant, order.BuyerKey, held)]);
            Assert.Null(LifecycleRules.Decide(Payment(file, "1", order.Total), file, books, Now));
            Assert.Equal(last, file.Events[^1].Type);
        }
    }

    [Fact]
    public void Late_money_confirms_only_with_all_of_it()
    {
        var file = new OrderAggregate(Place(Command(), Books(price: 100)).Value with { Status = OrderStatus.Expired }, [], []);
        var books = Changes(file, 9);
        Assert.Null(LifecycleRules.Decide(Payment(file, "1", 60), file, books, Now));
        Assert.Equal((OrderStatus.Expired, 60L, 0L), (file.Order.Status, file.Order.RefundDue, books.Stock.Find(Variant)!.Reserved));
        Assert.Null(LifecycleRules.Decide(Payment(file, "2", 100), file, books, Now));
        Assert.Equal((OrderStatus.Confirmed, 60L, 1L), (file.Order.Status, file.Order.RefundDue, books.Stock.Find(Variant)!.Reserved));
    }

    [Fact]
    public void Money_that_has_gone_back_completes_no_late_total()
    {
        var order = Place(Command(), Books(price: 100)).Value with
        {
            Status = OrderStatus.Expired,
            AmountPaid = 100,
            AmountRefunded = 60,
            RefundDue = 40
        };
        Payment[] payments = [new(Guid.CreateVersion7(), "bank", "1", 60, "VND", null, null, "x", Now, Now), new(Guid.CreateVersion7(),
            "bank", "2", 40, "VND", null, null, "x", Now, Now)];
        Refund[] refunds = [new(payments[0].Id, 60, "expired", "done", Now), new(payments[1].Id, 40, "expired", "due", Now)];
        foreach (var (amount, status, due) in new[] { (59L, OrderStatus.Expired, 99L), (60L, OrderStatus.Confirmed, 0L), (61L,
            OrderStatus.Confirmed, 1L), (100L, OrderStatus.Confirmed, 40L) })
        {
            var file = new OrderAggregate(order, payments, refunds);
            Assert.Null(LifecycleRules.Decide(Payment(file, "3", amount), file, Changes(file, 9), Now));
            Assert.Equal((status, due), (file.Order.Status, file.Order.RefundDue));
            Assert.Equal(due, file.Refunds.Where(r => r.Status == "due").Sum(r => r.Amount));
            var savepoint = new OrderAggregate(order, payments, refunds).Savepoint();
            file.Undo(savepoint);
            Assert.Equal(refunds, file.Refunds);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_change_of_another_version_is_refused(int off)
    {
        var file = new OrderAggregate(Place(Command()).Value with { Version = 2 }, [], []);
        var edit = new EditCommand(file.Order.Id, Store, "x", null, "2", null, null) { ExpectedVersion = 2 + off };
        Assert.Equal("precondition_failed", LifecycleRules.Decide(edit, file, Changes(file, 1), Now)?.Code);
        Assert.Null(LifecycleRules.Decide(edit with { ExpectedVersion = 2 }, file, Changes(file, 1), Now));
    }

    [Fact]
    public void A_delivery_brings_the_cash_that_was_not_paid_before()
    {
        var placed = Place(Command() with { PaymentMethod = PaymentMethod.CashOnDelivery }, Books(price: 100)).Value;
        var file = new OrderAggregate(placed with { Status = OrderStatus.Shipped }, [], []);
        var books = Changes(file, 1);
        Assert.Null(LifecycleRules.Decide(Payment(file, "1", 30), file, books, Now));
        Assert.Null(LifecycleRules.Decide(new DeliverCommand(file.Order.Id, Store, "x", Guid.CreateVersion7()), file, books, Now));
        Assert.Equal([30L, 70L], file.Payments.Select(p => p.Amount));
        Assert.Equal((100L, 0L), (file.Order.AmountPaid, file.Order.RefundDue));
    }

    [Fact]
    public void Guests_earn_no_points_where_others_do()
    {
        var file = new OrderAggregate(Place(Command(), Books(price: 100)).Value with { Status = OrderStatus.Shipped }, [], []);
        var books = Changes(file, 1, points: new PointsBook([new LoyaltyProgram(Store, 1, 1, null)], []));
        Assert.Null(LifecycleRules.Decide(new DeliverCommand(file.Order.Id, Store, "x", Guid.CreateVersion7()), file, books, Now));
        Assert.Equal(0, file.Order.EarnedPoints);
    }

    [Fact]
    public void A_payment_that_failed_is_told_of_an_order_that_nothing_was_paid_of()
    {
        var file = new OrderAggregate(Place(Command(), Books(price: 100)).Value, [], []);
        var books = Changes(file, 1);
        var fail = new FailPaymentCommand(file.Order.Id, Store, "x", null, "declined");
        Assert.Equal("currency_mismatch", LifecycleRules.Decide(fail with { Currency = "USD" }, file, books, Now)?.Code);
        Assert.Null(LifecycleRules.Decide(fail, file, books, Now));
        Assert.Equal(PaymentStatus.Failed, file.Order.PaymentStatus);
        Assert.Null(LifecycleRules.Decide(Payment(file, "1", 30), file, books, Now));
        Assert.Null(LifecycleRules.Decide(fail, file, books, Now));
        Assert.Equal(["payment.failed", "payment.succeeded"], file.Events.Select(e => e.Type));
    }

    private static PayCommand Payment(OrderAggregate file, string transaction, long amount) =>
        new(file.Order.Id, Store, "x", Guid.CreateVersion7(), "bank", transaction, amount, "VND", null, null, null);

    /// <summary>The events of a payment of the total at that moment.</summary>
    private static IEnumerable<string> Paid(Order order, DateTime now, long stock, bool isHeld = false)
    {
        var file = new OrderAggregate(order, [], []);
        // Where somebody holds all there is, what expires cannot be taken again.
        var books = Changes(file, stock + 1, isHeld ? 1 : 0);
        Assert.Null(LifecycleRules.Decide(Payment(file, "1", order.Total), file, books, now));
        return file.Events.Select(e => e.Type);
    }

    /// <summary>The books of a change, with stock of which the order holds its pieces and others hold some.</summary>
    private static LifecycleBooks Changes(OrderAggregate file, long onHand, long others = 0, (Guid, string, long)[]? purchases = null,
        PointsBook? points = null) => new()
        {
            Files = new Dictionary<Guid, OrderAggregate> { [file.Order.Id] = file },
            Stock = new StockBook([new StockRow(
            Variant, Store, Store, onHand, (file.Order.HoldsStock ? file.Order.Quantity : 0) + others, null, 1, 0)]),
            Purchases = new PurchaseBook(purchases ?? []),
            Points = points ?? PointsBook.Empty,
            Limits = new Dictionary<Guid, int> { [Variant] = 3 },
            Payments = new PaymentBook([]),
            Holds = HoldBook.Empty,
        };
}
