using Holdfast.Catalog.Core;
using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Orders;
using Holdfast.Orders.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Tests.Orders;

/// <summary>The rules of orders at their borders, as pure decisions.</summary>
public sealed class OrderRuleTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly Guid Store = Guid.CreateVersion7();
    private static readonly Guid Variant = Guid.CreateVersion7();
    private static readonly Guid Buyer = Guid.CreateVersion7();

    [Fact]
    public void An_order_can_be_paid_until_its_time_and_not_at_it()
    {
        var order = Place(Command()).Value;
        Assert.Equal(Now.AddMinutes(15), order.ExpiresAt);
        Assert.Equal(["payment.succeeded", "order.confirmed"], Paid(order, order.ExpiresAt!.Value.AddMilliseconds(-1), stock: 0));
        Assert.Equal(["order.expired", "payment.succeeded"], Paid(order, order.ExpiresAt.Value, stock: 0, isHeld: true));
    }

    [Theory]
    [InlineData(PaymentMethod.Online, 1, OrderStatus.Pending, 15)]
    [InlineData(PaymentMethod.BankTransfer, 1, OrderStatus.Pending, 48 * 60)]
    [InlineData(PaymentMethod.CashOnDelivery, 1, OrderStatus.Confirmed, null)]
    [InlineData(PaymentMethod.Online, 0, OrderStatus.Confirmed, null)]
    public void There_is_time_to_pay_where_something_is_to_be_paid(PaymentMethod method, long price, OrderStatus status, int? minutes)
    {
        var order = Place(Command() with { PaymentMethod = method }, Books(price: price)).Value;
        Assert.Equal((status, minutes is { } m ? Now.AddMinutes(m) : (DateTime?)null, minutes * 60L), (order.Status, order.ExpiresAt, order.DurationSeconds));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 30, 30)]
    [InlineData(null, 0, 0)]
    public void What_delivery_costs_goes_by_the_goods_after_their_discount(int? discount, long fee, long quoted)
    {
        // Free from 1,000 on, which the goods are before the discount.
        var code = new DiscountCode { Id = Guid.CreateVersion7(), StoreId = Store, Code = "OFF", CodeKey = "OFF", Kind = DiscountKind.Fixed, Value = discount ?? 0 };
        var books = Books(price: 1000, rates: [new ShippingRate(0, 30), new ShippingRate(1000, 0)], code: code);
        var command = Command() with { DiscountKey = discount is null ? null : "OFF" };
        var lines = Pricing.Lines(command, books).Value;
        Assert.Equal(quoted, Pricing.Charge(command, lines, books, Now).Charges.ShippingFee);
        Assert.Equal((fee, 1000 - (discount ?? 0) + fee), Place(command, books) is { IsOk: true, Value: var order } ? (order.ShippingFee, order.Total) : default);
    }

    [Theory]
    [InlineData(100, 4, 10)]
    [InlineData(3, 3, 9)]
    public void Points_pay_no_more_than_there_is_to_pay(long wanted, long taken, long worth)
    {
        var books = Books(price: 10, program: new LoyaltyProgram(Store, 0, 3, null));
        var command = Command() with { CustomerId = Buyer, RedeemPoints = wanted };
        var charges = Pricing.Charge(command, Pricing.Lines(command, books).Value, books, Now).Charges;
        Assert.Equal((taken, worth, 10 - worth), (charges.RedeemedPoints, charges.PointsDiscountPrice, charges.Total));
    }

    [Fact]
    public void A_code_for_other_goods_is_refused()
    {
        var code = new DiscountCode { Id = Guid.CreateVersion7(), StoreId = Store, Code = "OFF", CodeKey = "OFF", Kind = DiscountKind.Fixed, Value = 1, Categories = ["shoes"] };
        Assert.Equal("discount_not_applicable", Place(Command() with { DiscountKey = "OFF" }, Books(code: code)).Error?.Code);
    }

    [Fact]
    public void A_limited_item_may_be_bought_up_to_its_limit_and_not_beyond()
    {
        var books = Books(limit: 3);
        Assert.True(Place(Command(2), books).IsOk);
        Assert.Equal("purchase_limit", Place(Command(2), books).Error?.Code);
        Assert.True(Place(Command(1), books).IsOk);
        Assert.Equal("purchase_limit", Place(Command(1), books).Error?.Code);
        Assert.True(Place(Command(3) with { EmailKey = "other@example.com" }, books).IsOk);
    }

    [Fact]
    public void A_total_that_no_order_can_have_is_refused_and_the_largest_is_not()
    {
        Assert.Equal(Placement.MaxTotal, Place(Command(10), Books(price: Placement.MaxTotal / 10)).Value.Total);
        Assert.Equal("total_too_large", Place(Command(10), Books(price: (Placement.MaxTotal / 10) + 1)).Error?.Code);
        Assert.Equal("total_too_large", Place(Command(10), Books(price: Placement.MaxTotal / 10, rates: [new ShippingRate(0, 1)])).Error?.Code);
    }

    [Fact]
    public void Unpaid_orders_are_counted_up_to_their_limits_and_not_beyond()
    {
        var book = new PendingBook(2, 10, []);
        var (me, other) = (new BuyerHashes(1, 2, null), new BuyerHashes(3, 4, null));
        Assert.Null(book.Obstacle(Store, me, 10));
        Assert.Equal("too_many_held", book.Obstacle(Store, me, 11)?.Code);
        book.Add(Store, me, 4);
        Assert.Null(book.Obstacle(Store, me, 6));
        Assert.Equal("too_many_held", book.Obstacle(Store, me, 7)?.Code);
        var mark = book.Mark();
        book.Add(Store, new BuyerHashes(9, 2, null), 1);
        Assert.Equal("too_many_pending_orders", book.Obstacle(Store, me, 1)?.Code);
        Assert.Null(book.Obstacle(Store, other, 10));
        Assert.Null(book.Obstacle(Guid.CreateVersion7(), me, 10));
        book.Undo(mark);
        Assert.Null(book.Obstacle(Store, me, 6));
    }

    [Fact]
    public void What_is_undone_of_purchases_external_ids_and_payments_counts_no_more()
    {
        var purchases = new PurchaseBook([(Variant, "a", 1)]);
        var line = new OrderLine(Variant, Variant, "", "", 1, 2, 0, 0, Limited: true);
        purchases.Take([line, line with { Limited = false }], "a");
        Assert.Equal([(Variant, "a", 3L)], purchases.Changed);
        purchases.Undo(0);
        Assert.Equal((1, false), (purchases.Held(Variant, "a"), purchases.IsChanged));

        var names = new ExternalIdBook([(Store, "read")]);
        names.Take(Store, "kept");
        var mark = names.Mark();
        names.Take(Store, "undone");
        names.Take(Store, "kept");
        names.Undo(mark);
        Assert.Equal((true, true, false, false), (names.IsTaken(Store, "read"), names.IsTaken(Store, "kept"), names.IsTaken(Store, "undone"), names.IsTaken(Variant, "kept")));

        var payments = new PaymentBook([]);
        payments.Add(new PaymentKey(Store, "bank", "1"), new RecordedPayment(Variant, 5, "VND"));
        payments.Undo(0);
        Assert.Null(payments.Find(new PaymentKey(Store, "bank", "1")));
        Assert.Empty(payments.Added);
    }

    [Fact]
    public void More_than_the_total_is_due_back_once_and_what_is_kept_is_the_total()
    {
        var file = new OrderFile(Place(Command(), Books(price: 100)).Value, [], []);
        var books = Changes(file, 1);
        Assert.Null(Lifecycle.Decide(Payment(file, "1", 60), file, books, Now));
        Assert.Equal((OrderStatus.Pending, PaymentStatus.PartiallyPaid), (file.Order.Status, file.Order.PaymentStatus));
        Assert.Null(Lifecycle.Decide(Payment(file, "2", 50), file, books, Now));
        Assert.Equal((OrderStatus.Confirmed, 110L, 10L, 100L), (file.Order.Status, file.Order.AmountPaid, file.Order.RefundDue, file.Order.Kept));
        Assert.Null(Lifecycle.Decide(Payment(file, "3", 5), file, books, Now));
        Assert.Null(Lifecycle.Decide(new CancelCommand(file.Order.Id, Store, "x", null), file, books, Now));
        Assert.Equal((115L, 115L, 0L), (file.Order.AmountPaid, file.Order.RefundDue, file.Order.Kept));
        Assert.Equal(115, file.NewRefunds.Sum(r => r.Amount));
        Assert.All(file.Payments, p => Assert.Equal(p.Amount, file.Refunds.Where(r => r.PaymentId == p.Id).Sum(r => r.Amount)));
    }

    [Fact]
    public void Goods_that_have_left_are_all_or_some_and_nobody_ships_or_returns_more_than_there_is()
    {
        var file = new OrderFile(Place(Command(3), Books()).Value with { Status = OrderStatus.Confirmed }, [], []);
        var books = Changes(file, 3);
        ShipCommand Ship(long? quantity) => new(file.Order.Id, Store, "x", Guid.CreateVersion7(), quantity is { } q ? [new StockLine(Variant, q)] : null, null, null);
        ReturnCommand Back(long quantity) => new(file.Order.Id, Store, "x", Guid.CreateVersion7(), [new StockLine(Variant, quantity)], true);
        Assert.Equal("quantity_too_large", Lifecycle.Decide(Ship(4), file, books, Now)?.Code);
        Assert.Null(Lifecycle.Decide(Ship(2), file, books, Now));
        Assert.Equal(OrderStatus.PartiallyShipped, file.Order.Status);
        Assert.Equal("quantity_too_large", Lifecycle.Decide(Ship(2), file, books, Now)?.Code);
        Assert.Null(Lifecycle.Decide(Ship(null), file, books, Now));
        Assert.Equal((OrderStatus.Shipped, (0L, 0L)), (file.Order.Status, (books.Stock.Find(Variant)!.OnHand, books.Stock.Find(Variant)!.Reserved)));
        Assert.Equal("illegal_transition", Lifecycle.Decide(new CancelCommand(file.Order.Id, Store, "x", null), file, books, Now)?.Code);
        Assert.Null(Lifecycle.Decide(new DeliverCommand(file.Order.Id, Store, "x", Guid.CreateVersion7()), file, books, Now));
        Assert.Equal("quantity_too_large", Lifecycle.Decide(Back(4), file, books, Now)?.Code);
        Assert.Null(Lifecycle.Decide(Back(1), file, books, Now));
        Assert.Equal(OrderStatus.Delivered, file.Order.Status);
        Assert.Null(Lifecycle.Decide(Back(2), file, books, Now));
        Assert.Equal((OrderStatus.Returned, 3L), (file.Order.Status, books.Stock.Find(Variant)!.OnHand));
    }

    [Fact]
    public void Late_money_takes_again_no_more_of_a_limited_item_than_the_buyer_may_have()
    {
        var order = Place(Command(2), Books(limit: 3)).Value;
        foreach (var (held, last) in new[] { (1L, "order.confirmed"), (2L, "payment.succeeded") })
        {
            var file = new OrderFile(order with { Status = OrderStatus.Expired }, [], []);
            var books = Changes(file, 9, purchases: [(Variant, order.BuyerKey, held)]);
            Assert.Null(Lifecycle.Decide(Payment(file, "1", order.Total), file, books, Now));
            Assert.Equal(last, file.Events[^1].Type);
        }
    }

    [Fact]
    public void Late_money_confirms_only_with_all_of_it()
    {
        var file = new OrderFile(Place(Command(), Books(price: 100)).Value with { Status = OrderStatus.Expired }, [], []);
        var books = Changes(file, 9);
        Assert.Null(Lifecycle.Decide(Payment(file, "1", 60), file, books, Now));
        Assert.Equal((OrderStatus.Expired, 60L, 0L), (file.Order.Status, file.Order.RefundDue, books.Stock.Find(Variant)!.Reserved));
        Assert.Null(Lifecycle.Decide(Payment(file, "2", 100), file, books, Now));
        Assert.Equal((OrderStatus.Confirmed, 60L, 1L), (file.Order.Status, file.Order.RefundDue, books.Stock.Find(Variant)!.Reserved));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_change_of_another_version_is_refused(int off)
    {
        var file = new OrderFile(Place(Command()).Value with { Version = 2 }, [], []);
        var edit = new EditCommand(file.Order.Id, Store, "x", null, "2", null, null) { ExpectedVersion = 2 + off };
        Assert.Equal("precondition_failed", Lifecycle.Decide(edit, file, Changes(file, 1), Now)?.Code);
        Assert.Null(Lifecycle.Decide(edit with { ExpectedVersion = 2 }, file, Changes(file, 1), Now));
    }

    [Fact]
    public void A_delivery_brings_the_cash_that_was_not_paid_before()
    {
        var file = new OrderFile(Place(Command(), Books(price: 100)).Value with { Status = OrderStatus.Shipped, PaymentMethod = PaymentMethod.CashOnDelivery }, [], []);
        var books = Changes(file, 1);
        Assert.Null(Lifecycle.Decide(Payment(file, "1", 30), file, books, Now));
        Assert.Null(Lifecycle.Decide(new DeliverCommand(file.Order.Id, Store, "x", Guid.CreateVersion7()), file, books, Now));
        Assert.Equal([30L, 70L], file.Payments.Select(p => p.Amount));
        Assert.Equal((100L, 0L), (file.Order.AmountPaid, file.Order.RefundDue));
    }

    [Fact]
    public void Guests_earn_no_points_where_others_do()
    {
        var file = new OrderFile(Place(Command(), Books(price: 100)).Value with { Status = OrderStatus.Shipped }, [], []);
        var books = Changes(file, 1, points: new PointsBook([new LoyaltyProgram(Store, 1, 1, null)], []));
        Assert.Null(Lifecycle.Decide(new DeliverCommand(file.Order.Id, Store, "x", Guid.CreateVersion7()), file, books, Now));
        Assert.Equal(0, file.Order.EarnedPoints);
    }

    [Fact]
    public void A_payment_that_failed_is_told_of_an_order_that_nothing_was_paid_of()
    {
        var file = new OrderFile(Place(Command(), Books(price: 100)).Value, [], []);
        var books = Changes(file, 1);
        var fail = new FailPaymentCommand(file.Order.Id, Store, "x", null, "declined");
        Assert.Equal("currency_mismatch", Lifecycle.Decide(fail with { Currency = "USD" }, file, books, Now)?.Code);
        Assert.Null(Lifecycle.Decide(fail, file, books, Now));
        Assert.Equal(PaymentStatus.Failed, file.Order.PaymentStatus);
        Assert.Null(Lifecycle.Decide(Payment(file, "1", 30), file, books, Now));
        Assert.Null(Lifecycle.Decide(fail, file, books, Now));
        Assert.Equal(["payment.failed", "payment.succeeded"], file.Events.Select(e => e.Type));
    }

    private static PlacementBooks Books(long price = 100, int? limit = null, IReadOnlyList<ShippingRate>? rates = null, DiscountCode? code = null, LoyaltyProgram? program = null) => new()
    {
        Stores = new Dictionary<Guid, StoreFacts> { [Store] = new(Store, "VND", "UTC", rates ?? [], null) },
        Variants = new Dictionary<Guid, VariantFacts> { [Variant] = new(Variant, Store, Variant, "Item", "SKU", price, limit, true) },
        Stock = new StockBook([new StockRow(Variant, Store, Store, 1000, 0, null, 1, 0)]),
        Discounts = code is null ? DiscountBook.Empty : new DiscountBook([code], []),
        Programs = program is null ? new Dictionary<Guid, LoyaltyProgram>() : new Dictionary<Guid, LoyaltyProgram> { [Store] = program },
    };

    private static PlaceCommand Command(long quantity = 1) => new()
    {
        OrderId = Guid.CreateVersion7(), Number = "N", StoreId = Store, Lines = [new StockLine(Variant, quantity)], Email = "a@example.com", EmailKey = "a@example.com",
        DeliveryAddress = "\"here\"", ContactPhone = "1", Actor = "guest",
    };

    private static Platform.Result<Order> Place(PlaceCommand command, PlacementBooks? books = null) => Placement.Decide(command, Buyer, books ?? Books(), new OrderOptions(), Now);

    private static PayCommand Payment(OrderFile file, string transaction, long amount) =>
        new(file.Order.Id, Store, "x", Guid.CreateVersion7(), "bank", transaction, amount, "VND", null, null, null);

    /// <summary>The events of a payment of the total at that moment.</summary>
    private static IEnumerable<string> Paid(Order order, DateTime now, long stock, bool isHeld = false)
    {
        var file = new OrderFile(order, [], []);
        // Where somebody holds all there is, what expires cannot be taken again.
        var books = Changes(file, stock + 1, isHeld ? 1 : 0);
        Assert.Null(Lifecycle.Decide(Payment(file, "1", order.Total), file, books, now));
        return file.Events.Select(e => e.Type);
    }

    /// <summary>The books of a change, with stock of which the order holds its pieces and others hold some.</summary>
    private static LifecycleBooks Changes(OrderFile file, long onHand, long others = 0, (Guid, string, long)[]? purchases = null, PointsBook? points = null) => new()
    {
        Files = new Dictionary<Guid, OrderFile> { [file.Order.Id] = file },
        Stock = new StockBook([new StockRow(Variant, Store, Store, onHand, (file.Order.HoldsStock ? file.Order.Quantity : 0) + others, null, 1, 0)]),
        Purchases = new PurchaseBook(purchases ?? []),
        Points = points ?? PointsBook.Empty,
        Limits = new Dictionary<Guid, int> { [Variant] = 3 },
        Payments = new PaymentBook([]),
        Holds = HoldBook.Empty,
    };
}
