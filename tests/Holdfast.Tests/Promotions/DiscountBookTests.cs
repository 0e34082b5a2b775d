using FsCheck;
using FsCheck.Fluent;
using Holdfast.Promotions.Core;

namespace Holdfast.Tests.Promotions;

/// <summary>The rules of using codes.</summary>
public sealed class DiscountBookTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly Guid Store = Id(1);
    private static readonly DiscountCode Plain = new()
    {
        Id = Id(9),
        StoreId = Store,
        Code = "Plain",
        CodeKey = "PLAIN",
        Kind = DiscountKind.Percent,
        Value = 1000
    };

    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    private static DiscountBook Book(params DiscountCode[] codes) => new(codes, []);

    private static string? Check(DiscountCode code, long subtotal = 100, string buyer = "a", DateTime? now = null) =>
        Book(code).Check(code, subtotal, buyer, now ?? Now)?.Code;

    [Fact]
    public void The_stores_own_comes_before_that_for_all()
    {
        var all = Plain with { Id = Id(8), StoreId = null };
        var book = Book(Plain, all);
        Assert.Same(Plain, book.Find(Store, "VND", "PLAIN"));
        Assert.Same(all, book.Find(Id(2), "VND", "PLAIN"));
        Assert.Null(book.Find(Store, "VND", "OTHER"));
        Assert.Same(all, book.Find(Id(8)));
        Assert.Null(book.Find(Id(7)));
    }

    [Fact]
    public void Amounts_for_all_stores_are_of_one_currency()
    {
        var all = Plain with { StoreId = null, Kind = DiscountKind.Fixed, Value = 500, Currency = "VND" };
        Assert.Same(all, Book(all).Find(Store, "VND", "PLAIN"));
        Assert.Null(Book(all).Find(Store, "USD", "PLAIN"));
    }

    [Fact]
    public void Is_good_from_its_start_until_before_its_end()
    {
        var code = Plain with { StartsAt = Now, EndsAt = Now.AddDays(1) };
        Assert.Equal("discount_not_active", Check(code, now: Now.AddMilliseconds(-1)));
        Assert.Null(Check(code, now: Now));
        Assert.Null(Check(code, now: Now.AddDays(1).AddMilliseconds(-1)));
        Assert.Equal("discount_not_active", Check(code, now: Now.AddDays(1)));
        Assert.Equal("discount_not_active", Check(Plain with { Active = false }));
        Assert.Null(Check(Plain));
    }

    [Fact]
    public void Asks_for_its_minimum()
    {
        var error = Book(Plain with { MinimumSubtotal = 100 }).Check(Plain, 99, "a", Now)!;
        Assert.Equal(("discount_minimum_not_met", 100L), (error.Code, (long)error.Extensions!["minimumSubtotal"]!));
        Assert.Null(Check(Plain with { MinimumSubtotal = 100 }, 100));
        Assert.Null(Check(Plain, 0));
    }

    [Fact]
    public void Is_used_up_in_total_and_by_each_buyer()
    {
        var code = Plain with { UsageLimit = 3, UsageLimitPerCustomer = 2, Used = 1 };
        var book = new DiscountBook([code], [(code.Id, "a", 1)]);
        book.Use(code, Id(20), Store, "a", 10);
        Assert.Equal("discount_used_up", book.Check(code, 100, "a", Now)!.Code);
        Assert.Null(book.Check(code, 100, "b", Now));
        book.Use(code, Id(21), Store, "b", 10);
        Assert.Equal("discount_used_up", book.Check(code, 100, "b", Now)!.Code);
        Assert.Equal("discount_used_up", book.Check(code, 100, "c", Now)!.Code);
        Assert.Throws<InvalidOperationException>(() => book.Use(code, Id(22), Store, "c", 10));
        Assert.Equal((3, 2), (book.Used(code.Id), book.Uses.Count));
    }

    [Fact]
    public void A_code_that_is_gone_is_unknown()
    {
        Assert.Equal("discount_unknown", DiscountBook.Empty.Check(Plain, 100, "a", Now)!.Code);
        Assert.False(DiscountBook.Empty.TryUseAgain(Plain.Id, Id(20), Store, "a", 10));
    }

    [Fact]
    public void What_the_book_read_counts_not_what_the_caller_holds()
    {
        var book = Book(Plain with { Active = false });
        Assert.Equal("discount_not_active", book.Check(Plain, 100, "a", Now)!.Code);
    }

    [Fact]
    public void A_late_payment_is_asked_for_the_limits_alone()
    {
        var code = Plain with { Active = false, EndsAt = Now, MinimumSubtotal = long.MaxValue, UsageLimit = 1 };
        var book = Book(code);
        Assert.True(book.TryUseAgain(code.Id, Id(20), Store, "a", 10));
        Assert.False(book.TryUseAgain(code.Id, Id(21), Store, "b", 10));
        book.GiveBack(code.Id, Id(20), Store, "a");
        Assert.True(book.TryUseAgain(code.Id, Id(21), Store, "b", 10));
        Assert.False(new DiscountBook([Plain with { UsageLimitPerCustomer = 1 }], [(Plain.Id, "a", 1)]).TryUseAgain(Plain.Id, Id(20), Store,
            "a", 10));
    }

    [Fact]
    public void What_was_never_used_cannot_be_given_back() =>
        Assert.Throws<InvalidOperationException>(() => Book(Plain).GiveBack(Plain.Id, Id(20), Store, "a"));

    [Fact]
    public void An_empty_book_is_a_new_one() => Assert.NotSame(DiscountBook.Empty, DiscountBook.Empty);

    [Fact]
    public void No_order_of_commands_breaks_a_limit_and_undo_restores()
    {
        const int Limit = 4, PerBuyer = 2;
        var code = Plain with { UsageLimit = Limit, UsageLimitPerCustomer = PerBuyer };
        var steps = Gen.ArrayOf(from what in Gen.Choose(0, 3)
                                from order in Gen.Choose(0, 7)
                                from isUndone in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
                                select (what, order, isUndone)).ToArbitrary();
        Prop.ForAll(steps, played =>
        {
            var book = Book(code);
            var live = new HashSet<int>();
            var ever = new HashSet<int>();
            foreach (var (what, order, isUndone) in played)
            {
                var (savepoint, used, uses) = (book.Savepoint(), book.Used(code.Id), book.Uses.ToList());
                var buyer = $"buyer{order % 3}";
                var done = (what, live.Contains(order), ever.Contains(order)) switch
                {
                    (0 or 1, false, false) => TryUse(book, order, buyer),
                    (2, true, _) => Do(() => book.GiveBack(code.Id, Id(order + 20), Store, buyer)),
                    (3, false, true) => book.TryUseAgain(code.Id, Id(order + 20), Store, buyer, 5),
                    _ => false,
                };
                if (done && isUndone)
                {
                    book.Undo(savepoint);
                    Assert.Equal((used, savepoint), (book.Used(code.Id), book.Savepoint()));
                    Assert.Equal(uses, book.Uses);
                }
                else if (done)
                {
                    ever.Add(order);
                    _ = live.Remove(order) || live.Add(order);
                }

                Assert.Equal(live.Count, book.Used(code.Id));
                Assert.Equal(live.Count, book.Uses.Sum(u => u.Delta));
                Assert.InRange(live.Count, 0, Limit);
                Assert.All(live.GroupBy(o => o % 3), g => Assert.InRange(g.Count(), 1, PerBuyer));

                // The next one is refused exactly when a limit is reached.
                Assert.All(Enumerable.Range(0, 3), b => Assert.Equal(live.Count == Limit || live.Count(o => o % 3 == b) == PerBuyer,
                    book.Check(code, 100, $"buyer{b}", Now) is not null));
            }
        }).QuickCheckThrowOnFailure();

        bool TryUse(DiscountBook book, int order, string buyer) =>
            book.Check(code, 100, buyer, Now) is null && Do(() => book.Use(code, Id(order + 20), Store, buyer, 10));

        static bool Do(Action action)
        {
            action();
            return true;
        }
    }
}
