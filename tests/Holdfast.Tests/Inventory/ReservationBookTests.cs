using FsCheck;
using FsCheck.Fluent;
using Holdfast.Inventory.Core;

namespace Holdfast.Tests.Inventory;

/// <summary>The rules of stand-alone reservations.</summary>
public sealed class ReservationBookTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(10);
    private static readonly Guid A = new(1, 0, 0, new byte[8]);
    private static readonly Guid B = new(2, 0, 0, new byte[8]);
    private static readonly Guid Id = new(9, 0, 0, new byte[8]);

    private readonly StockBook _stock = Stock();
    private readonly ReservationBook _book = new([]);

    private static StockBook Stock() => new([new StockRow(A, A, A, 10, 0, null, 0, 0), new StockRow(B, B, B, 10, 0, null, 0, 0)]);

    private (long, long) OnHandAndReserved(Guid variant) => (_stock.Find(variant)!.OnHand, _stock.Find(variant)!.Reserved);

    private Reservation Reserve(long a, long b = 0) =>
        _book.Reserve(_stock, Id, A, [.. new StockLine[] { new(A, a), new(B, b) }.Where(l => l.Quantity > 0)], null, Ttl, Start).Value;

    [Fact]
    public void Holds_then_ships()
    {
        Reserve(4);
        Assert.Equal((10, 4), OnHandAndReserved(A));
        Assert.Equal(ReservationStatus.Committed, _book.Commit(_stock, HoldBook.Empty, Id, Start).Value.Status);
        Assert.Equal((6, 0), OnHandAndReserved(A));
        Assert.Equal(ReservationStatus.Committed, _book.Commit(_stock, HoldBook.Empty, Id, Start).Value.Status);
        Assert.Equal((6, 0), OnHandAndReserved(A));
        Assert.Equal("reservation_committed", _book.Release(_stock, Id, Start).Error!.Code);
    }

    [Fact]
    public void Gives_back_once()
    {
        Reserve(4);
        Assert.Equal(ReservationStatus.Released, _book.Release(_stock, Id, Start).Value.Status);
        Assert.Equal(ReservationStatus.Released, _book.Release(_stock, Id, Start).Value.Status);
        Assert.Equal((10, 0), OnHandAndReserved(A));
        Assert.Equal("reservation_released", _book.Commit(_stock, HoldBook.Empty, Id, Start).Error!.Code);
    }

    [Fact]
    public void Is_good_until_its_time_and_not_at_it()
    {
        var reservation = Reserve(4);
        Assert.Equal(Start + Ttl, reservation.ExpiresAt);
        Assert.False(_book.Expire(_stock, Id, Start + Ttl - TimeSpan.FromMilliseconds(1)));
        Assert.Equal("reservation_expired", _book.Commit(_stock, HoldBook.Empty, Id, Start + Ttl).Error!.Code);
        Assert.Equal(ReservationStatus.Expired, _book.Find(Id)!.Status);
        Assert.Equal((10, 0), OnHandAndReserved(A));
        Assert.False(_book.Expire(_stock, Id, Start + Ttl));
        Assert.Equal(ReservationStatus.Expired, _book.Release(_stock, Id, Start + Ttl).Value.Status);
    }

    [Fact]
    public void Refused_it_leaves_no_trace()
    {
        Assert.Equal("insufficient_stock", _book.Reserve(_stock, Id, A, [new(A, 1), new(B, 11)], null, Ttl, Start).Error!.Code);
        Assert.Null(_book.Find(Id));
        Assert.Empty(_book.Changes);
        Assert.Empty(_stock.Movements);
    }

    [Fact]
    public void Undo_restores_what_was_at_the_savepoint()
    {
        Reserve(4);
        var (savepoint, stockSavepoint) = (_book.Savepoint(), _stock.Savepoint());
        _book.Commit(_stock, HoldBook.Empty, Id, Start);
        _book.Reserve(_stock, A, A, [new(B, 1)], null, Ttl, Start);
        _book.Undo(savepoint);
        _stock.Undo(stockSavepoint);
        Assert.Equal(ReservationStatus.Active, _book.Find(Id)!.Status);
        Assert.Null(_book.Find(A));
        Assert.Equal((10, 4), OnHandAndReserved(A));
    }

    [Fact]
    public void Is_not_shipped_while_short()
    {
        Reserve(4);
        var later = Guid.CreateVersion7();
        Assert.True(_book.Reserve(_stock, later, A, [new(A, 4)], null, Ttl, Start).IsOk);
        _stock.TryAdjust(A, -4, "stolen");
        var error = _book.Commit(_stock, HoldBook.Empty, later, Start).Error!;
        Assert.Equal("reservation_short", error.Code);
        Assert.Equal(new[] { A }, error.Extensions!["variantIds"]);
        Assert.True(_book.Commit(_stock, HoldBook.Empty, Id, Start).IsOk);
        _stock.Receive(A, 2, "more");
        Assert.True(_book.Commit(_stock, HoldBook.Empty, later, Start).IsOk);
        Assert.Equal((0, 0), OnHandAndReserved(A));
    }

    [Fact]
    public void An_order_takes_over_what_it_wants_of_it()
    {
        Reserve(4, 5);
        var order = Guid.CreateVersion7();
        Assert.Equal(ReservationStatus.Consumed, _book.Consume(_stock, Id, order, [new(A, 6), new(B, 2)], Start).Value.Status);
        Assert.Equal((10, 6), OnHandAndReserved(A));
        Assert.Equal((10, 2), OnHandAndReserved(B));
        Assert.Equal(8, _stock.Movements.Where(m => m.ReferenceId == order).Sum(m => m.ReservedDelta));
        Assert.Equal(0, _stock.Movements.Where(m => m.ReferenceId == Id).Sum(m => m.ReservedDelta));
        Assert.Equal("reservation_consumed", _book.Release(_stock, Id, Start).Error!.Code);
        Assert.Equal("reservation_consumed", _book.Consume(_stock, Id, order, [new(A, 1)], Start).Error!.Code);
    }

    [Fact]
    public void An_order_that_wants_too_much_beyond_it_takes_nothing()
    {
        Reserve(4);
        var (savepoint, movements) = (_stock.Savepoint(), _stock.Movements.ToList());
        var error = _book.Consume(_stock, Id, Guid.CreateVersion7(), [new(A, 11)], Start).Error!;
        Assert.Equal("insufficient_stock", error.Code);
        Assert.Equal(ReservationStatus.Active, _book.Find(Id)!.Status);
        Assert.Equal(savepoint, _stock.Savepoint());
        Assert.Equal(movements, _stock.Movements);
    }

    [Fact]
    public void An_order_takes_over_a_hold_even_where_stock_is_short()
    {
        Reserve(10);
        _stock.TryAdjust(A, -4, "stolen");
        Assert.True(_book.Consume(_stock, Id, Guid.CreateVersion7(), [new(A, 10)], Start).IsOk);
        Assert.Equal((6, 10), OnHandAndReserved(A));
    }

    [Fact]
    public void Lines_of_one_variant_are_summed() =>
        Assert.Equal([new StockLine(A, 5), new StockLine(B, 1)], Reservation.Sum([new(B, 1), new(A, 2), new(A, 3)]));

    [Fact]
    public void Whatever_happens_reserved_is_what_active_ones_hold()
    {
        var steps = Gen.ArrayOf(from what in Gen.Choose(0, 4)
                                from which in Gen.Choose(0, 5)
                                from quantity in Gen.Choose(1, 5)
                                from minutes in Gen.Choose(0, 6)
                                select (what, which, quantity, minutes)).ToArbitrary();
        Prop.ForAll(steps, played =>
        {
            var (stock, book, now) = (Stock(), new ReservationBook([]), Start);
            foreach (var (what, which, quantity, minutes) in played)
            {
                now = now.AddMinutes(minutes);
                var id = new Guid(50 + which, 0, 0, new byte[8]);
                if (book.Find(id) is null)
                {
                    book.Reserve(stock, id, A, [new(A, quantity), new(B, 1)], null, Ttl, now);
                }
                else if (what == 0)
                {
                    book.Release(stock, id, now);
                }
                else if (what == 1)
                {
                    book.Commit(stock, HoldBook.Empty, id, now);
                }
                else if (what == 2)
                {
                    book.Expire(stock, id, now);
                }
                else if (what == 3)
                {
                    stock.Receive(A, quantity, "delivery");
                }

                var active = Enumerable.Range(50, 6).Select(n => book.Find(new Guid(n, 0, 0, new byte[8])))
                    .Where(r => r?.Status == ReservationStatus.Active).ToList();
                Assert.Equal(stock.Find(A)!.Reserved, active.Sum(r => r!.Lines.Single(l => l.VariantId == A).Quantity));
                Assert.Equal(stock.Find(B)!.Reserved, active.Count);
                Assert.Equal(0, stock.Find(A)!.Shortfall);
            }
        }).QuickCheckThrowOnFailure();
    }
}
