using FsCheck;
using FsCheck.Fluent;
using Holdfast.Carts.Core;

namespace Holdfast.Tests.Carts;

/// <summary>Merging two carts, as pure arithmetic.</summary>
public sealed class CoreTests
{
    private static readonly DateTime Then = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly Guid[] Ids = [.. Enumerable.Range(0, 120).Select(i => new Guid(i, 0, 0, new byte[8]))];

    private static CartLine Line(int variant, long quantity, long available = 1000, int? limit = null, long bought = 0, long price = 10) =>
        new(Ids[variant], quantity, price, "Then", Then, new VariantNow(Ids[variant], "S", "Now", 20, limit, true, available, bought));

    private static Cart Of(params CartLine[] lines) => new(Ids[0], 1, lines);

    [Fact]
    public void A_line_that_is_added_is_the_last_whatever_the_clock_says()
    {
        var cart = Of(Line(2, 1), Line(1, 1) with { AddedAt = Then.AddSeconds(1) });
        Assert.Equal([Then.AddMilliseconds(1001), Then.AddMilliseconds(1001), Then.AddSeconds(2)],
            new[] { Then, Then.AddSeconds(1), Then.AddSeconds(2) }.Select(cart.AddedAt));
        Assert.Equal(Then, Of().AddedAt(Then));
    }

    [Theory]
    [InlineData(3, 3, null)]
    [InlineData(4, 3, null)]
    [InlineData(2, 3, "insufficient_stock")]
    [InlineData(0, 3, "unavailable")]
    public void A_cart_says_so_where_there_is_too_little(long available, long quantity, string? told)
    {
        var line = CartView.Of(Of(Line(1, quantity, available, price: 20)), Ids[0], "VND", null, null).Lines.Single();
        Assert.Equal(told is null ? [] : [told], line.Changes.Select(c => c.Code));
    }

    [Fact]
    public void A_line_of_both_keeps_what_the_customer_saw()
    {
        var merged = CartMerge.Merge(Of(Line(1, 2, price: 7)), Of(Line(1, 3, price: 9)));
        Assert.Equal((5, 7), (Assert.Single(merged.Changed).Quantity, merged.Changed[0].AddedPrice));
        Assert.Empty(merged.LeftOut);
    }

    [Theory]
    [InlineData(2, 3, 1000, null, 0, 5)]
    [InlineData(2, 3, 4, null, 0, 4)]
    [InlineData(2, 3, 1, null, 0, 2)]
    [InlineData(0, 3, 0, null, 0, 0)]
    [InlineData(0, 3, 9, 2, 0, 2)]
    [InlineData(0, 3, 9, 2, 2, 0)]
    [InlineData(0, 3, 9, 2, 5, 0)]
    [InlineData(1, 3, 9, 3, 1, 2)]
    [InlineData(999_999, 5, 9_000_000, null, 0, 1_000_000)]
    public void Added_up_to_what_can_be_had_and_never_less_than_before(long had, long brought, long available, int? limit, long bought,
        long expected)
    {
        var merged = CartMerge.Merge(had == 0 ? Of()
            : Of(Line(1, had, available, limit, bought)), Of(Line(1, brought, available, limit, bought)));
        Assert.Equal(expected, merged.Changed.Count == 0 ? had : merged.Changed[0].Quantity);
        Assert.Equal(had + brought - expected, merged.LeftOut.Sum(l => l.Quantity));
    }

    [Fact]
    public void A_full_cart_takes_no_other_items_but_more_of_its_own()
    {
        var full = Of([.. Enumerable.Range(0, Cart.MaxLines - 1).Select(i => Line(i, 1))]);
        var merged = CartMerge.Merge(full, Of(Line(3, 1), Line(110, 1), Line(111, 1)));
        Assert.Equal([Ids[3], Ids[110]], merged.Changed.Select(l => l.VariantId));
        Assert.Equal(Ids[111], Assert.Single(merged.LeftOut).VariantId);
    }

    [Fact]
    public void No_piece_is_invented_or_lost()
    {
        var line = from variant in Gen.Choose(0, 6)
                   from quantity in Gen.Choose(1, 9)
                   from available in Gen.Choose(0,
            12)
                   from limit in Gen.Choose(0, 6)
                   from bought in Gen.Choose(0, 4)
                   select (variant, quantity, available, limit, bought);
        var carts = from mine in line.ArrayOf() from theirs in line.ArrayOf() select (mine, theirs);
        Prop.ForAll(carts.ToArbitrary(), c =>
        {
            // What is available and allowed is the variant's, the same for both carts.
            var facts = c.mine.Concat(c.theirs).GroupBy(l => l.variant).ToDictionary(g => g.Key, g => g.First());
            Cart Make((int variant, int quantity, int available, int limit, int bought)[] lines) => Of([.. lines.DistinctBy(l => l.variant)
                .Select(l => Line(l.variant, l.quantity, facts[l.variant].available, facts[l.variant].limit == 0 ? null
                : facts[l.variant].limit, facts[l.variant].bought))]);
            var (mine, theirs) = (Make(c.mine), Make(c.theirs));
            var merged = CartMerge.Merge(mine, theirs);
            var after = mine.Lines.ToDictionary(l => l.VariantId, l => l.Quantity);
            foreach (var changed in merged.Changed)
            {
                Assert.True(changed.Quantity > after.GetValueOrDefault(changed.VariantId));
                Assert.True(changed.Quantity <= changed.Now.Available && changed.Quantity <= (changed.Now.MayBuy ?? long.MaxValue));
                after[changed.VariantId] = changed.Quantity;
            }

            Assert.Equal(mine.Lines.Sum(l => l.Quantity) + theirs.Lines.Sum(l => l.Quantity), after.Values.Sum()
                + merged.LeftOut.Sum(l => l.Quantity));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_cart_takes_what_an_order_takes() =>
        Assert.Equal((Holdfast.Orders.Endpoints.OrderRequest.MaxLines, Holdfast.Orders.Endpoints.OrderRequest.MaxQuantity),
        (Cart.MaxLines, Cart.MaxQuantity));
}
