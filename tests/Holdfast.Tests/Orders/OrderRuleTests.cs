using Holdfast.Catalog.Core;
using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Orders.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Tests.Orders;

/// <summary>The rules of orders at their borders, as pure decisions.</summary>
public sealed partial class OrderRuleTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly Guid Store = Guid.CreateVersion7();
    private static readonly Guid Variant = Guid.CreateVersion7();
    private static readonly Guid Buyer = Guid.CreateVersion7();

    [Theory]
    [InlineData(PaymentMethod.Online, 1, OrderStatus.Pending, 15)]
    [InlineData(PaymentMethod.BankTransfer, 1, OrderStatus.Pending, 48 * 60)]
    [InlineData(PaymentMethod.CashOnDelivery, 1, OrderStatus.Confirmed, null)]
    [InlineData(PaymentMethod.Online, 0, OrderStatus.Confirmed, null)]
    public void There_is_time_to_pay_where_something_is_to_be_paid(PaymentMethod method, long price, OrderStatus status, int? minutes)
    {
        var order = Place(Command() with { PaymentMethod = method }, Books(price: price)).Value;
        var until = minutes is { } m ? Now.AddMinutes(m) : (DateTime?)null;
        Assert.Equal((status, until, minutes * 60L), (order.Status, order.ExpiresAt, order.DurationSeconds));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 30, 30)]
    [InlineData(null, 0, 0)]
    public void What_delivery_costs_goes_by_the_goods_after_their_discount(int? discount, long fee, long quoted)
    {
        // Free from 1,000 on, which the goods are before the discount.
        var books = Books(price: 1000, rates: [new ShippingRate(0, 30), new ShippingRate(1000, 0)], code: Off(discount ?? 0));
        var command = Command() with { DiscountKey = discount is null ? null : "OFF" };
        var lines = Pricing.Lines(command, books).Value;
        Assert.Equal(quoted, Pricing.Charge(command, lines, books, Now).Charges.ShippingFee);
        var order = Place(command, books).Value;
        Assert.Equal((fee, 1000 - (discount ?? 0) + fee), (order.ShippingFee, order.Total));
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
    public void The_points_of_an_order_that_is_undone_are_there_again()
    {
        var points = new PointsBook([new LoyaltyProgram(Store, 0, 3, null)], [new PointsRow(Buyer, Store, 10, 1, null)]);
        var books = Books() with { Points = points };
        var savepoint = books.Savepoint();
        Assert.True(points.TryRedeem(Buyer, Store, 4, Guid.CreateVersion7(), "redeemed"));
        Assert.Equal(6, points.Balance(Buyer, Store));
        books.Undo(savepoint);
        Assert.Equal((10, 0), (points.Balance(Buyer, Store), points.Movements.Count));
    }

    [Fact]
    public void A_code_for_other_goods_is_refused()
    {
        var books = Books(code: Off(1) with { Categories = ["shoes"] });
        Assert.Equal("discount_not_applicable", Place(Command() with { DiscountKey = "OFF" }, books).Error?.Code);
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
        Assert.Equal(PlacementRules.MaxTotal, Place(Command(10), Books(price: PlacementRules.MaxTotal / 10)).Value.Total);
        Assert.Equal("total_too_large", Place(Command(10), Books(price: (PlacementRules.MaxTotal / 10) + 1)).Error?.Code);
        var withFee = Books(price: PlacementRules.MaxTotal / 10, rates: [new ShippingRate(0, 1)]);
        Assert.Equal("total_too_large", Place(Command(10), withFee).Error?.Code);
    }

    [Fact]
    public void Unpaid_orders_are_counted_up_to_their_limits_and_not_beyond()
    {
        var book = new PendingBook(2, 10, []);
        var (me, other) = (new BuyerHashes(1, 2), new BuyerHashes(3, 4));
        Assert.Null(book.Obstacle(Store, me, 10));
        Assert.Equal("too_many_held", book.Obstacle(Store, me, 11)?.Code);
        book.Add(Store, me, 4);
        Assert.Null(book.Obstacle(Store, me, 6));
        Assert.Equal("too_many_held", book.Obstacle(Store, me, 7)?.Code);
        var savepoint = book.Savepoint();
        book.Add(Store, new BuyerHashes(9, 2), 1);
        Assert.Equal("too_many_pending_orders", book.Obstacle(Store, me, 1)?.Code);
        Assert.Null(book.Obstacle(Store, other, 10));
        Assert.Null(book.Obstacle(Guid.CreateVersion7(), me, 10));
        book.Undo(savepoint);
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
        Assert.Equal((1, false), (purchases.Quantity(Variant, "a"), purchases.IsChanged));

        var names = new ExternalIdBook([(Store, "read")]);
        names.Take(Store, "kept");
        var savepoint = names.Savepoint();
        names.Take(Store, "undone");
        names.Take(Store, "kept");
        names.Undo(savepoint);
        Assert.Equal((true, true), (names.IsTaken(Store, "read"), names.IsTaken(Store, "kept")));
        Assert.Equal((false, false), (names.IsTaken(Store, "undone"), names.IsTaken(Variant, "kept")));

        var payments = new PaymentBook([]);
        payments.Add(new PaymentKey(Store, "bank", "1"), new RecordedPayment(Variant, 5, "VND"));
        payments.Undo(0);
        Assert.Null(payments.Find(new PaymentKey(Store, "bank", "1")));
        Assert.Empty(payments.Added);
    }

    private static DiscountCode Off(long amount) => new()
    {
        Id = Guid.CreateVersion7(),
        StoreId = Store,
        Code = "OFF",
        CodeKey = "OFF",
        Kind = DiscountKind.Fixed,
        Value = amount,
    };

    private static PlacementBooks Books(long price = 100, int? limit = null, IReadOnlyList<ShippingRate>? rates = null,
        DiscountCode? code = null, LoyaltyProgram? program = null) => new()
        {
            Stores = new Dictionary<Guid, StoreFacts> { [Store] = new(Store, "VND", "UTC", rates ?? [], null) },
            Variants = new Dictionary<Guid, VariantFacts> { [Variant] = new(Variant, Store, Variant, "Item", "SKU", price, limit, true) },
            Stock = new StockBook([new StockRow(Variant, Store, Store, 1000, 0, null, 1, 0)]),
            Discounts = code is null ? DiscountBook.Empty : new DiscountBook([code], []),
            Programs = program is null ? new Dictionary<Guid, LoyaltyProgram>()
                : new Dictionary<Guid, LoyaltyProgram> { [Store] = program },
        };

    private static PlaceCommand Command(long quantity = 1) => new()
    {
        OrderId = Guid.CreateVersion7(),
        Number = "N",
        StoreId = Store,
        Lines = [new StockLine(Variant, quantity)],
        Email = "a@example.com",
        EmailKey = "a@example.com",
        DeliveryAddress = "\"here\"",
        ContactPhone = "1",
        Actor = "guest",
    };

    private static Holdfast.Platform.Result<Order> Place(PlaceCommand command, PlacementBooks? books = null) =>
        PlacementRules.Decide(command, Buyer, books ?? Books(), new OrderOptions(), Now);
}
