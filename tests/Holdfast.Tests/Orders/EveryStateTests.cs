using Holdfast.Catalog.Core;
using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Orders.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Tests.Orders;

/// <summary>
/// Walks through every state that an order can get into, by all that can happen to it, and shows of each that its books are right and that
/// an honest end can be
/// reached from it: without goods that are not there and money that never came.
/// </summary>
public sealed class EveryStateTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly DateTime Later = Now.AddDays(3);
    private static readonly Guid Store = Guid.CreateVersion7();
    private static readonly Guid Buyer = Guid.CreateVersion7();
    private static readonly Guid[] Variants = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    private static readonly DiscountCode Code = new()
    {
        Id = Guid.CreateVersion7(),
        StoreId = Store,
        Code = "OFF",
        CodeKey = "OFF",
        Kind = DiscountKind.Fixed,
        Value = 3,
        UsageLimit = 1
    };
    private static readonly LoyaltyProgram Program = new(Store, 1, 1, null);
    private const long PointsAtFirst = 5;

    /// <summary>All that there is: the order and what it has to do with.</summary>
    private sealed record World(Order Order, IReadOnlyList<Payment> Payments, IReadOnlyList<Refund> Refunds, IReadOnlyList<StockRow> Stock,
        long Used, long Points, long Bought, bool IsLate)
    {
        public bool IsOver => Order.HasEnded;

        public string Signature => string.Join('|', Order.Status, string.Join(',',
            Order.Lines.Select(l => $"{l.Shipped}{l.Cancelled}{l.Undelivered}{l.Returned}")), Order.AmountPaid,
            Order.RefundDue, string.Join(',', Stock.Select(s => $"{s.OnHand}/{s.Reserved}")), Used, Points, IsLate, Order.IsVouchedFor,
            Order.IsMailboxProved);
    }

    /// <param name="confirmationHours">For which a stranger's order on delivery waits; 0: it does not, as of a proved account.</param>
    [Theory]
    [InlineData(PaymentMethod.Online, 0)]
    [InlineData(PaymentMethod.BankTransfer, 0)]
    [InlineData(PaymentMethod.CashOnDelivery, 0)]
    [InlineData(PaymentMethod.CashOnDelivery, 48)]
    public void An_honest_end_is_reached_from_every_state(PaymentMethod method, int confirmationHours)
    {
        var first = Place(method, confirmationHours);
        var (seen, waiting) = (new Dictionary<string, World> { [first.Signature] = first }, new Queue<World>([first]));
        while (waiting.TryDequeue(out var world))
        {
            BooksAreRight(world);
            foreach (var next in Moves(world).Select(m => m(world)).OfType<World>())
            {
                if (seen.TryAdd(next.Signature, next))
                {
                    waiting.Enqueue(next);
                }
            }
        }

        // What is confirmed when it is placed never waits, and so does not expire.
        var waits = method != PaymentMethod.CashOnDelivery || confirmationHours > 0;
        Assert.Equal(Enum.GetValues<OrderStatus>().Where(s => waits || s is not (OrderStatus.Pending or OrderStatus.Expired)),
            seen.Values.Select(w => w.Order.Status).Distinct().Order());
        Assert.True(seen.Count > 500, $"only {seen.Count} states");
        // On delivery its buyer may confirm it, and the shop or nobody vouches for it.
        Assert.Equal(method == PaymentMethod.CashOnDelivery && waits,
            seen.Values.Any(w => w.Order is { Status: OrderStatus.Confirmed, AmountPaid: 0, IsVouchedFor: false, IsMailboxProved: true }));
        Assert.Equal(waits, seen.Values.Any(w => w.Order.IsVouchedFor));
        Assert.All(seen.Values.Where(w => !w.IsOver), EndsHonestly);
    }

    /// <summary>Nothing is left, nothing can be delivered, nobody pays: what staff can do then.</summary>
    private static void EndsHonestly(World world)
    {
        var end = world;
        for (var i = 0; !end.IsOver && i < 3; i++)
        {
            end = Do(end, Cancel(end, null)) ?? Do(end, Return(end, null, restock: false)) ?? Do(end, new ExpireCommand(end.Order.Id, Store,
                "system")) ?? end;
        }

        Assert.True(end.Order.Status is OrderStatus.Cancelled or OrderStatus.Returned or OrderStatus.Expired,
            $"there is no way out of {world.Signature}: {end.Signature}");
        Assert.Equal((0, world.Order.AmountPaid), (end.Order.Kept, end.Order.AmountPaid));
        Assert.Equal((0, PointsAtFirst, 0), (end.Used, end.Points, end.Bought));
        Assert.All(end.Stock, s => Assert.Equal(0, s.Reserved));
        BooksAreRight(end);
    }

    private static void BooksAreRight(World world)
    {
        var order = world.Order;
        var isDead = order.Status is OrderStatus.Cancelled or OrderStatus.Expired;
        Assert.True(order.Kept <= order.Cost && order.Kept >= 0 && order.Cost >= 0, world.Signature);
        Assert.Equal(order.AmountPaid, world.Payments.Sum(p => p.Amount));
        Assert.Equal(order.RefundDue, world.Refunds.Where(r => r.Status == "due").Sum(r => r.Amount));
        Assert.Equal(world.Refunds.Count, world.Refunds.DistinctBy(r => (r.PaymentId, r.Reason)).Count());
        Assert.All(world.Payments, p => Assert.InRange(world.Refunds.Where(r => r.PaymentId == p.Id
            && r.Status == "due").Sum(r => r.Amount), 0, p.Amount));
        Assert.Equal(order.HoldsStock ? order.Lines.Select(l => l.Open) : [0, 0], world.Stock.Select(s => s.Reserved));
        Assert.Equal(isDead || order.Lines.All(l => l.Live == 0) ? 0 : 1, world.Used);
        Assert.Equal(isDead ? 0 : order.Lines[0].Live, world.Bought);
        Assert.Equal(PointsAtFirst - (isDead ? 0 : order.RedeemedPoints - order.CancelledPoints) + order.EarnedPoints, world.Points);
        Assert.Equal(order.Status is OrderStatus.PartiallyShipped, order.Lines.Any(l => l.Open > 0) && order.Lines.Any(l => l.Out > 0)
            && order.HoldsStock);
        Assert.True(!isDead || order.Kept == 0, world.Signature);
    }

    private static IEnumerable<Func<World, World?>> Moves(World world)
    {
        var order = world.Order;
        foreach (var amount in Amounts(order).Where(a => a > 0).Distinct())
        {
            yield return w => Do(w, new PayCommand(order.Id, Store, "x", Guid.CreateVersion7(), "bank", Guid.CreateVersion7().ToString(),
                amount, "VND", null, null, null));
        }

        foreach (var lines in new StockLine[]?[] { null, [new StockLine(Variants[0], 1)], [new StockLine(Variants[1], 1)] })
        {
            yield return w => Do(w, Cancel(w, lines));
            yield return w => Do(w, new ShipCommand(order.Id, Store, "x", Guid.CreateVersion7(), lines, null, null));
            yield return w => Do(w, Return(w, lines, restock: true));
            yield return w => Do(w, Return(w, lines, restock: false));
        }

        yield return w => Do(w, new DeliverCommand(order.Id, Store, "x", Guid.CreateVersion7()));
        yield return w => Do(w, new ConfirmCommand(order.Id, Store, "x"));
        yield return w => Do(w, new ConfirmCommand(order.Id, Store, "x") { ByBuyer = true, ProvesMailbox = true });
        yield return w => w.IsLate ? Do(w, new ExpireCommand(order.Id, Store, "system")) : w with { IsLate = true };
        // A piece is found missing.
        yield return w => w.Stock[0].OnHand < 2 || w.Order.Status > OrderStatus.PartiallyShipped ? null
            : w with { Stock = [w.Stock[0] with { OnHand = w.Stock[0].OnHand - 1 }, w.Stock[1]] };
    }

    private static long[] Amounts(Order order) => order.AmountPaid switch
    {
        0 => [1, order.Cost, order.Total + 1],
        1 => [order.Cost - order.Kept, order.Total - 1],
        _ => []
    };

    private static CancelCommand Cancel(World world, StockLine[]? lines) => new(world.Order.Id, Store, "x", null)
    {
        ByStore = true,
        Lines = lines
    };

    private static ReturnCommand Return(World world, StockLine[]? lines, bool restock) => new(world.Order.Id, Store, "x",
        Guid.CreateVersion7(), lines, restock);

    /// <summary>The world after a command; null where it is refused.</summary>
    private static World? Do(World world, OrderCommand command)
    {
        var file = new OrderAggregate(world.Order, world.Payments, world.Refunds);
        var keys = world.Order.BuyerKeys;
        var (stock, purchases, discounts) = (new StockBook(world.Stock), new PurchaseBook(keys.Select(k => (Variants[0], k, world.Bought))),
            new DiscountBook([Code with { Used = world.Used }], []));
        var points = new PointsBook([Program], [new PointsRow(Buyer, Store, world.Points, 1, null)]);
        var books = new LifecycleBooks
        {
            Files = new Dictionary<Guid, OrderAggregate> { [world.Order.Id] = file },
            Stock = stock,
            Purchases = purchases,
            Discounts = discounts,
            Points = points,
            Limits = new Dictionary<Guid, int> { [Variants[0]] = 2 },
            Payments = new PaymentBook([]),
            Holds = new HoldBook(world.Stock.Select((s, i) => new Hold(s.VariantId, world.Order.Id, s.Reserved, 1))),
        };
        return LifecycleRules.Decide(command, file, books, world.IsLate ? Later : Now) is not null ? null : world with
        {
            // Of the history only the last counts here, or no two states would be the same.
            Order = file.Order with { Fulfilments = [] },
            Payments = [.. file.Payments],
            Refunds = [.. file.Refunds],
            Stock = [.. Variants.Select(v => stock.Find(v)!).Select(e => e.Read with { OnHand = e.OnHand, Reserved = e.Reserved })],
            Used = discounts.Used(Code.Id),
            Points = points.Balance(Buyer, Store),
            // Each of its keys counts the same.
            Bought = keys.Select(k => purchases.Quantity(Variants[0], k)).Distinct().Single(),
        };
    }

    private static World Place(PaymentMethod method, int confirmationHours)
    {
        var facts = Variants.Select((v, i) => new VariantFacts(v, Store, v, "Item", "SKU", i == 0 ? 3 : 5, i == 0 ? 2 : null,
            true)).ToDictionary(v => v.Id);
        var books = new PlacementBooks
        {
            Stores = new Dictionary<Guid, StoreFacts>
            {
                [Store] = new(Store, "VND", "UTC", [new ShippingRate(0, 2)], new Tax(false, 35,
                []))
            },
            Variants = facts,
            Stock = new StockBook([.. Variants.Select((v, i) => new StockRow(v, Store, Store, 2 - i, 0, null, 1, 0))]),
            Discounts = new DiscountBook([Code], []),
            Programs = new Dictionary<Guid, LoyaltyProgram> { [Store] = Program },
            Points = new PointsBook([Program], [new PointsRow(Buyer, Store, PointsAtFirst, 1, null)]),
        };
        var command = new PlaceCommand
        {
            OrderId = Guid.CreateVersion7(),
            Number = "N",
            StoreId = Store,
            Lines = [new StockLine(Variants[0], 2), new StockLine(Variants[1], 1)],
            CustomerId = Buyer,
            Email = "a@example.com",
            EmailKey = "a@example.com",
            DeliveryAddress = "\"here\"",
            ContactPhone = "1",
            PaymentMethod = method,
            DiscountKey = "OFF",
            RedeemPoints = 2,
            Actor = "x",
        };
        var order = PlacementRules.Decide(command, Buyer, books, new OrderOptions { CashConfirmationHours = confirmationHours }, Now).Value;
        return new World(order, [], [], [.. Variants.Select(v => books.Stock.Find(v)!).Select(e => e.Read with { OnHand = e.OnHand,
            Reserved = e.Reserved })], 1,
            PointsAtFirst - 2, 2, IsLate: false);
    }
}
