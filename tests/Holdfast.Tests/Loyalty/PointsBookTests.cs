using FsCheck;
using FsCheck.Fluent;
using Holdfast.Loyalty.Core;

namespace Holdfast.Tests.Loyalty;

/// <summary>The rules of points.</summary>
public sealed class PointsBookTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly Guid Store = Id(1);
    private static readonly Guid Customer = Id(2);
    private static readonly Guid Order = Id(3);

    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    private static PointsBook Book(long balance = 0, int? days = null, DateTime? nextExpiry = null) =>
        new([new LoyaltyProgram(Store, 100, 10, days)], [new PointsRow(Customer, Store, balance, 7, nextExpiry)]);

    private static long Balance(PointsBook book) => book.Balance(Customer, Store);

    [Fact]
    public void Spends_what_there_is_and_no_more()
    {
        var book = Book(100);
        Assert.True(book.TryRedeem(Customer, Store, 60, Order, "redeemed"));
        Assert.False(book.TryRedeem(Customer, Store, 41, Order, "redeemed"));
        Assert.True(book.TryRedeem(Customer, Store, 40, Order, "redeemed"));
        Assert.Equal((0, 2), (Balance(book), book.Movements.Count));
        Assert.Equal([8, 9], book.Movements.Select(m => m.Sequence));
        Assert.False(book.TryRedeem(Id(9), Store, 1, Order, "redeemed"));
        Assert.Equal(0, book.Balance(Id(9), Store));
        Assert.Throws<ArgumentOutOfRangeException>(() => book.TryRedeem(Customer, Store, 0, Order, "redeemed"));
    }

    [Fact]
    public void Gives_back_takes_back_and_may_owe()
    {
        var book = Book(10);
        book.GiveBack(Customer, Store, 5, Order, "cancelled", Now);
        Assert.Equal(15, Balance(book));
        book.TakeBack(Customer, Store, 40, Order);
        Assert.Equal(-25, Balance(book));
        Assert.False(book.TryRedeem(Customer, Store, 1, Order, "redeemed"));
        book.Earn(Customer, Store, 30, Order, Now);
        Assert.Equal(5, Balance(book));
        book.Earn(Customer, Store, 0, Order, Now);
        book.TakeBack(Customer, Store, 0, Order);
        Assert.Equal(3, book.Movements.Count);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, 0)]
    public void What_comes_back_at_the_moment_at_which_it_lapses_is_gone(int milliseconds, long left)
    {
        var book = Book(0, nextExpiry: Now);
        var earned = new LedgerRow(Customer, Store, 10, PointsReasons.Earned, Id(4), Now);
        book.Note([earned, new LedgerRow(Customer, Store, -10, PointsReasons.Redeemed, Order, null)]);
        book.GiveBack(Customer, Store, 10, Order, PointsReasons.Cancelled, Now.AddMilliseconds(milliseconds));
        Assert.Equal(left, Balance(book));
    }

    [Fact]
    public void Staff_give_and_take_but_not_more_than_there_is()
    {
        var book = Book(10);
        Assert.False(book.TryAdjust(Customer, Store, -11, "x"));
        Assert.True(book.TryAdjust(Customer, Store, -10, "x"));
        Assert.True(book.TryAdjust(Customer, Store, 3, "y"));
        Assert.Equal(3, Balance(book));
        var owing = Book(-10);
        Assert.False(owing.TryAdjust(Customer, Store, -1, "x"));
        Assert.True(owing.TryAdjust(Customer, Store, 4, "x"));
        Assert.Equal(-6, Balance(owing));
    }

    [Fact]
    public void Earned_points_lapse_as_the_program_says()
    {
        var book = Book(days: 30);
        book.Earn(Customer, Store, 10, Order, Now);
        Assert.Equal(Now.AddDays(30), book.Find(Customer, Store)!.NextExpiry);
        book.Earn(Customer, Store, 10, Order, Now.AddDays(1));
        Assert.Equal(Now.AddDays(30), book.Find(Customer, Store)!.NextExpiry);
        var sooner = Book(days: 30, nextExpiry: Now.AddDays(60));
        sooner.Earn(Customer, Store, 10, Order, Now);
        Assert.Equal(Now.AddDays(30), sooner.Find(Customer, Store)!.NextExpiry);
        var never = Book();
        never.Earn(Customer, Store, 10, Order, Now);
        Assert.Null(never.Find(Customer, Store)!.NextExpiry);
    }

    [Fact]
    public void What_is_due_is_booked_and_the_next_time_is_known()
    {
        var book = Book(100, nextExpiry: Now);
        var entry = book.Find(Customer, Store)!;
        book.Settle(entry, [At(Now, 80), At(Now.AddDays(1), 60), new(Customer, Store, null, 0, 40)], Now);
        Assert.Equal((60, Now.AddDays(1)), (Balance(book), entry.NextExpiry));
        Assert.Equal(("lapsed", -40), (book.Movements[0].Reason, book.Movements[0].Delta));

        // Nothing of it is left: only the next time moves, and that is to be written, too.
        var spent = Book(60, nextExpiry: Now);
        spent.Settle(spent.Find(Customer, Store)!, [At(Now, 80), At(Now.AddDays(1), 60), new(Customer, Store, null, 0, 80)], Now);
        Assert.Empty(spent.Movements);
        Assert.True(spent.IsChanged && spent.Find(Customer, Store)!.IsChanged);
    }

    [Fact]
    public void What_lapses_next_is_what_nothing_has_used_up()
    {
        ExpiringPoints[] ledger = [At(Now.AddDays(2), 50), At(Now.AddDays(1), 30), At(Now.AddDays(3), 5),
            new(Customer, Store, null, 0, 40)];
        Assert.Equal(new UpcomingExpiry(Now.AddDays(2), 40), Expiry.Upcoming(ledger, Now));
        Assert.Equal(new UpcomingExpiry(Now.AddDays(3), 5), Expiry.Upcoming(ledger, Now.AddDays(2)));
        Assert.Null(Expiry.Upcoming(ledger, Now.AddDays(3)));
        Assert.Null(Expiry.Upcoming([At(Now.AddDays(1), 30), new(Customer, Store, null, 0, 30)], Now));
    }

    [Theory]
    [InlineData(100, 99, 0)]
    [InlineData(100, 299, 2)]
    [InlineData(100, -5, 0)]
    [InlineData(0, 1000, 0)]
    public void Whole_points_for_goods(long amountPerPoint, long amount, long points) =>
        Assert.Equal(points, new LoyaltyProgram(Store, amountPerPoint, 1, null).PointsFor(amount));

    [Fact]
    public void Points_are_worth_what_the_program_says_or_no_amount_holds_it()
    {
        Assert.Equal(70, new LoyaltyProgram(Store, 1, 10, null).WorthOf(7));
        Assert.Null(new LoyaltyProgram(Store, 1, 10, null).WorthOf(long.MaxValue / 2));
    }

    [Fact]
    public void Whatever_happens_balances_are_their_ledgers_and_undo_restores()
    {
        var steps = Gen.ArrayOf(from what in Gen.Choose(0, 4)
                                from points in Gen.Choose(1, 50)
                                from days in Gen.Choose(0, 10)
                                from isUndone in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
                                select (what, points, days, isUndone)).ToArbitrary();
        Prop.ForAll(steps, played =>
        {
            var (book, now, opening, orders) = (Book(100, days: 20), Now, 100L, new List<(Guid Id, long Left)>());
            var entry = book.Find(Customer, Store)!;
            foreach (var (what, points, days, isUndone) in played)
            {
                now = now.AddDays(days);
                var (savepoint, before) = (book.Savepoint(), (Balance(book), entry.Movements, entry.NextExpiry));
                switch (what)
                {
                    case 0:
                        book.Earn(Customer, Store, points, Id(100 + played.Length + orders.Count), now);
                        if (!isUndone)
                        {
                            orders.Add((Id(100 + played.Length + orders.Count), points));
                        }

                        break;
                    case 1:
                        Assert.Equal(before.Item1 >= points, book.TryRedeem(Customer, Store, points, Order, "redeemed"));
                        break;
                    case 2 when orders.Count > 0 && orders[^1].Left >= points:
                        book.TakeBack(Customer, Store, points, orders[^1].Id);
                        orders[^1] = (orders[^1].Id, orders[^1].Left - (isUndone ? 0 : points));
                        break;
                    case 2:
                        break;
                    case 3:
                        book.GiveBack(Customer, Store, points, Order, "expired", now);
                        break;
                    default:
                        var ledger = Ledger(book).ToList();
                        book.Settle(entry, ledger, now);
                        Assert.Equal(0, Expiry.Settle(Ledger(book), now).Lapsed);
                        Assert.True(Balance(book) >= Math.Min(before.Item1, 0), "points that lapse never make a debt");
                        continue;
                }

                if (isUndone)
                {
                    book.Undo(savepoint);
                    Assert.Equal(before, (Balance(book), entry.Movements, entry.NextExpiry));
                }

                Assert.Equal(opening + book.Movements.Sum(m => m.Delta), Balance(book));
                Assert.Equal(7 + book.Movements.Count, entry.Movements);
            }
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>
    /// However its points were spent or lapsed in between: with all orders back, what is left is what there was at first, less what was
    /// spent.
    /// </summary>
    [Fact]
    public void An_order_that_comes_back_leaves_the_points_as_if_it_had_never_been()
    {
        var steps = Gen.ArrayOf(from what in Gen.Choose(0, 4)
                                from points in Gen.Choose(1, 50)
                                from days in Gen.Choose(0, 15)
                                select (what, points, days)).ToArbitrary();
        Prop.ForAll(steps, played =>
        {
            var (book, now, spent, orders) = (Book(100, days: 20), Now, 0L, new List<(Guid Id, long Earned)>());
            book.Note([new LedgerRow(Customer, Store, 100, "adjusted", null, null)]);
            foreach (var (what, points, days) in played)
            {
                now = now.AddDays(days);
                book.Settle(book.Find(Customer, Store)!, Ledger(book), now);
                switch (what)
                {
                    case 0 or 1:
                        orders.Add((Id(100 + orders.Count), points));
                        book.Earn(Customer, Store, points, orders[^1].Id, now);
                        break;
                    case 2 when book.TryRedeem(Customer, Store, points, Order, "redeemed"):
                        spent += points;
                        break;
                    case 3 when spent > 0:
                        book.GiveBack(Customer, Store, Math.Min(spent, points), Order, "expired", now);
                        spent -= Math.Min(spent, points);
                        break;
                    case 4 when orders.Count > 0:
                        TakeBack(points % orders.Count, Math.Max(1, points / 2));
                        break;
                }
            }

            book.Settle(book.Find(Customer, Store)!, Ledger(book), now);
            for (var i = 0; i < orders.Count; i++)
            {
                TakeBack(i, long.MaxValue);
            }

            Assert.Equal(100 - spent, Balance(book));

            void TakeBack(int order, long atMost)
            {
                var (id, earned) = orders[order];
                var back = Math.Min(atMost, book.NotLapsed(Customer, Store, id, earned));
                book.TakeBack(Customer, Store, back, id);
                orders[order] = (id, earned - back);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static ExpiringPoints At(DateTime expiresAt, long points) => new(Customer, Store, expiresAt, points, 0);

    /// <summary>What the database would sum up; the opening 100 never expire.</summary>
    private static IEnumerable<ExpiringPoints> Ledger(PointsBook book)
    {
        var lasts = book.Movements.Where(m => m.Reason == "earned").GroupBy(m => m.OrderId)
            .ToDictionary(g => g.Key!.Value, g => g.First().ExpiresAt);
        return book.Movements.GroupBy(m => m.Reason == "returned" ? lasts.GetValueOrDefault(m.OrderId!.Value) : m.ExpiresAt)
            .Select(g => new ExpiringPoints(Customer, Store, g.Key,
            g.Key is null ? 0 : g.Sum(m => m.Delta), g.Where(m => m.Reason is not ("earned" or "returned")).Sum(m => -m.Delta)));
    }
}
