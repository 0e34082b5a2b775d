using FsCheck;
using FsCheck.Fluent;
using Holdfast.Inventory.Core;

namespace Holdfast.Tests.Inventory;

/// <summary>The rules of stock under any commands in any order.</summary>
public sealed class StockBookTests
{
    private const int Variants = 3;
    private static readonly Guid[] Ids = [.. Enumerable.Range(1, Variants).Select(i => new Guid(i, 0, 0, new byte[8]))];

    /// <summary>One step: what, to which variant, how much. Holders are small numbers, so that steps meet.</summary>
    public sealed record Step(int What, int Variant, int Other, int Quantity, int Holder);

    private static readonly Arbitrary<Step[]> Steps = Gen.ArrayOf(
        from what in Gen.Choose(0, 6)
        from variant in Gen.Choose(0, Variants - 1)
        from other in Gen.Choose(0, Variants - 1)
        from quantity in Gen.Choose(1, 8)
        from holder in Gen.Choose(0, 4)
        select new Step(what, variant, other, quantity, holder)).ToArbitrary();

    private static StockBook Book(long onHand = 10) => new([.. Ids.Select(id => new StockRow(id, id, id, onHand, 0, null, 0, 0))]);

    private static Guid Holder(int n) => new(100 + n, 0, 0, new byte[8]);

    /// <summary>Plays a step and keeps, beside the book, what each holder holds.</summary>
    private static void Play(StockBook book, Dictionary<(Guid Variant, Guid Holder), long> held, Step step)
    {
        var (variant, holder) = (Ids[step.Variant], Holder(step.Holder));
        var has = held.GetValueOrDefault((variant, holder));
        var some = Math.Min(has, step.Quantity);
        switch (step.What)
        {
            case 0:
                StockLine[] lines = step.Variant == step.Other
                    ? [new(variant, step.Quantity)]
                    : [new(variant, step.Quantity), new(Ids[step.Other], step.Quantity)];
                if (book.TryReserve(lines, StockReasons.Placed, holder, out _))
                {
                    foreach (var line in lines)
                    {
                        held[(line.VariantId, holder)] = held.GetValueOrDefault((line.VariantId, holder)) + line.Quantity;
                    }
                }

                break;
            case 1 when some > 0:
                book.Release(variant, some, StockReasons.Released, holder);
                held[(variant, holder)] = has - some;
                break;
            case 2 when some > 0 && book.Find(variant)!.OnHand >= some:
                book.Ship(variant, some, StockReasons.Shipped, holder);
                held[(variant, holder)] = has - some;
                break;
            case 3:
                book.Receive(variant, step.Quantity, "delivery");
                break;
            case 4:
                book.TryAdjust(variant, -step.Quantity, "counted");
                break;
            case 5 when some > 0:
                var next = Holder(step.Holder + 1);
                book.Transfer(variant, some, StockReasons.Consumed, holder, StockReasons.Placed, next);
                held[(variant, holder)] = has - some;
                held[(variant, next)] = held.GetValueOrDefault((variant, next)) + some;
                break;
            case 6:
                book.Restock(variant, step.Quantity, holder);
                break;
        }
    }

    private static string Picture(StockBook book) => string.Join("; ", book.Entries.Select(e => $"{e.OnHand} {e.Reserved} {e.Movements}"));

    [Fact]
    public void The_ledger_sums_to_the_balances_and_nothing_goes_below_zero() =>
        Prop.ForAll(Steps, steps =>
        {
            var book = Book();
            var held = new Dictionary<(Guid Variant, Guid Holder), long>();
            foreach (var step in steps)
            {
                Play(book, held, step);
                foreach (var entry in book.Entries)
                {
                    Assert.True(entry.OnHand >= 0 && entry.Reserved >= 0 && entry.OnHand + entry.Shortfall >= entry.Reserved,
                        Picture(book));
                }
            }

            foreach (var entry in book.Entries)
            {
                var mine = book.Movements.Where(m => m.Entry == entry).ToList();
                Assert.Equal(entry.OnHand, 10 + mine.Sum(m => m.OnHandDelta));
                Assert.Equal(entry.Reserved, mine.Sum(m => m.ReservedDelta));
                Assert.Equal(entry.Reserved, held.Where(h => h.Key.Variant == entry.Read.VariantId).Sum(h => h.Value));
                Assert.Equal(Enumerable.Range(1, mine.Count).Select(i => (long)i), mine.Select(m => m.Sequence));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reserving_takes_all_lines_or_none_and_never_more_than_there_is() =>
        Prop.ForAll(Steps, steps =>
        {
            var book = Book();
            var held = new Dictionary<(Guid Variant, Guid Holder), long>();
            foreach (var step in steps)
            {
                var before = book.Entries.ToDictionary(e => e.Read.VariantId, e => (e.Available, e.Reserved));
                Play(book, held, step);
                if (step.What != 0)
                {
                    continue;
                }

                var named = new[] { Ids[step.Variant], Ids[step.Other] }.Distinct().ToList();
                var fits = named.All(id => before[id].Available >= step.Quantity);
                foreach (var id in Ids)
                {
                    Assert.Equal(before[id].Reserved + (fits && named.Contains(id) ? step.Quantity : 0), book.Find(id)!.Reserved);
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Undo_restores_what_was_at_the_savepoint() =>
        Prop.ForAll(Steps, Steps, (before, after) =>
        {
            var book = Book();
            var held = new Dictionary<(Guid Variant, Guid Holder), long>();
            Array.ForEach(before, step => Play(book, held, step));
            var (savepoint, picture, movements) = (book.Savepoint(), Picture(book), book.Movements.ToList());
            Array.ForEach(after, step => Play(book, held, step));
            book.Undo(savepoint);
            Assert.Equal(picture, Picture(book));
            Assert.Equal(movements, book.Movements);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_is_short_adds_up_to_the_shortfall_and_the_oldest_are_served_first() =>
        Prop.ForAll(Steps, Steps, (before, after) =>
        {
            // The first steps are what the database holds, the others are the batch.
            var earlier = Book();
            var held = new Dictionary<(Guid Variant, Guid Holder), long>();
            Array.ForEach(before, step => Play(earlier, held, step));
            var read = earlier.Entries.SelectMany(e => earlier.Movements.Where(m => m.Entry == e && m.ReservedDelta != 0)
                .GroupBy(m => m.ReferenceId!.Value)
                .Select(g => new Hold(e.Read.VariantId, g.Key, g.Sum(m => m.ReservedDelta), g.Min(m => m.Sequence))))
                .Where(h => h.Quantity > 0).ToList();
            var book = new StockBook(
                [.. earlier.Entries.Select(e => e.Read with { OnHand = e.OnHand, Reserved = e.Reserved, Movements = e.Movements })]);
            Array.ForEach(after, step => Play(book, held, step));
            var holds = new HoldBook(read);
            foreach (var entry in book.Entries)
            {
                var missing = holds.Short(book, entry.Read.VariantId);
                Assert.Equal(entry.Shortfall, missing.Sum(s => s.Missing));
                Assert.All(missing, s => Assert.Equal(held[(entry.Read.VariantId, s.ReferenceId)], s.Held));
                Assert.All(missing.Skip(1), s => Assert.Equal(s.Held, s.Missing));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_there_is_goes_to_the_oldest_holds_first()
    {
        var stock = new StockBook([new StockRow(Ids[0], Ids[0], Ids[0], 5, 9, null, 3, 0)]);
        var holds = new HoldBook([new Hold(Ids[0], Holder(3), 3, 3), new Hold(Ids[0], Holder(1), 3, 1), new Hold(Ids[0], Holder(2), 3, 2)]);
        Assert.Equal([new ShortHold(Holder(2), 3, 1), new ShortHold(Holder(3), 3, 3)], holds.Short(stock, Ids[0]));
        Assert.True(holds.Covers(stock, Ids[0], Holder(1), 3));
        Assert.True(holds.Covers(stock, Ids[0], Holder(2), 2));
        Assert.False(holds.Covers(stock, Ids[0], Holder(2), 3));
    }

    [Fact]
    public void Shortages_name_what_was_asked_for_and_what_there_is()
    {
        var book = Book(3);
        var unknown = Guid.CreateVersion7();
        Assert.False(book.TryReserve([new(Ids[0], 3), new(Ids[1], 4), new(unknown, 1)], StockReasons.Placed, Holder(0), out var shortages));
        Assert.Equal([new Shortage(Ids[1], 4, 3), new Shortage(unknown, 1, 0)], shortages);
        Assert.Empty(book.Movements);
    }

    [Fact]
    public void Moving_what_is_not_there_is_a_bug_and_throws()
    {
        var book = Book(3);
        Assert.Throws<InvalidOperationException>(() => book.Release(Ids[0], 1, StockReasons.Released, Holder(0)));
        Assert.Throws<InvalidOperationException>(() => book.Ship(Ids[0], 4, StockReasons.Shipped, Holder(0)));
        Assert.Throws<OverflowException>(() => book.Receive(Ids[0], long.MaxValue, "far too much"));
        Assert.Equal(3, book.Available(Ids[0]));
        Assert.Empty(book.Movements);
    }

    [Fact]
    public void An_adjustment_may_go_below_what_is_reserved_but_not_below_zero()
    {
        var book = Book(5);
        Assert.True(book.TryReserve([new(Ids[0], 4)], StockReasons.Placed, Holder(0), out _));
        Assert.True(book.TryAdjust(Ids[0], -3, "broken"));
        Assert.Equal((2, 4, 0, 2),
            (book.Find(Ids[0])!.OnHand, book.Find(Ids[0])!.Reserved, book.Find(Ids[0])!.Available, book.Find(Ids[0])!.Shortfall));
        Assert.False(book.TryAdjust(Ids[0], -3, "broken"));
        Assert.False(book.TryAdjust(Guid.CreateVersion7(), -1, "never there"));
    }
}
