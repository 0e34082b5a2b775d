using FsCheck;
using FsCheck.Fluent;
using Holdfast.Promotions.Core;

namespace Holdfast.Tests.Promotions;

/// <summary>The arithmetic of discounts.</summary>
public sealed class DiscountsTests
{
    private static DiscountCode Code(DiscountKind kind, long value = 0, params string[] categories) =>
        new() { Id = Guid.Empty, Code = "CODE", CodeKey = "CODE", Kind = kind, Value = value, Categories = categories };

    [Theory]
    [InlineData(1250, 1000, 125)]
    [InlineData(1250, 100, 13)] // 12.5: half away from zero
    [InlineData(1250, 99, 12)] // 12.375
    [InlineData(1, 4999, 0)]
    [InlineData(1, 5000, 1)]
    [InlineData(10_000, 7, 7)]
    [InlineData(3333, 0, 0)]
    [InlineData(5000, -10, 0)]
    [InlineData(10_000, long.MaxValue, long.MaxValue)]
    [InlineData(9999, long.MaxValue, 9222449699651090329)]
    public void A_percentage_is_rounded_half_away_from_zero(long basisPoints, long subtotal, long amount) =>
        Assert.Equal(amount, Discounts.AmountOf(Code(DiscountKind.Percent, basisPoints), subtotal));

    [Theory]
    [InlineData(500, 1000, 500)]
    [InlineData(500, 500, 500)]
    [InlineData(500, 499, 499)]
    [InlineData(500, 0, 0)]
    public void A_fixed_amount_is_never_more_than_the_goods(long value, long subtotal, long amount) =>
        Assert.Equal(amount, Discounts.AmountOf(Code(DiscountKind.Fixed, value), subtotal));

    [Fact]
    public void Free_shipping_takes_nothing_off_the_goods() => Assert.Equal(0, Discounts.AmountOf(Code(DiscountKind.FreeShipping), 1000));

    [Theory]
    [InlineData(10, new long[] { 1, 1, 1 }, new long[] { 4, 3, 3 })]
    [InlineData(2, new long[] { 1, 1, 1 }, new long[] { 1, 1, 0 })]
    [InlineData(10, new long[] { 50, 30, 20 }, new long[] { 5, 3, 2 })]
    [InlineData(5, new long[] { 1, 2, 3 }, new long[] { 1, 2, 2 })] // 0.83, 1.67, 2.5
    [InlineData(7, new long[] { 0, 7 }, new long[] { 0, 7 })]
    [InlineData(0, new long[] { 0, 0 }, new long[] { 0, 0 })]
    [InlineData(0, new long[0], new long[0])]
    [InlineData(long.MaxValue, new[] { long.MaxValue, long.MaxValue }, new[] { 4611686018427387904, 4611686018427387903 })]
    public void Is_spread_by_the_largest_remainder(long amount, long[] weights, long[] parts) =>
        Assert.Equal(parts, Discounts.Spread(amount, weights));

    [Fact]
    public void What_cannot_be_spread_is_a_bug()
    {
        Assert.Throws<ArgumentException>(() => Discounts.Spread(1, []));
        Assert.Throws<ArgumentException>(() => Discounts.Spread(1, [0, 0]));
        Assert.Throws<ArgumentException>(() => Discounts.Spread(-1, [1]));
        Assert.Throws<ArgumentException>(() => Discounts.Spread(1, [2, -1]));
    }

    [Fact]
    public void Parts_sum_to_the_amount_and_none_is_above_its_weight()
    {
        var cases = (from weights in Gen.NonEmptyListOf(Gen.Frequency((4, Gen.Choose(0, 1000)), (1, Gen.Choose(0, int.MaxValue))))
                     from share in Gen.Choose(0, 1000)
                     select (Weights: weights.Select(w => (long)w * (w % 7 == 0 ? int.MaxValue : 1)).ToArray(),
                     Share: share)).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            var total = c.Weights.Aggregate((Int128)0, (sum, w) => sum + w);
            var amount = (long)Int128.Min(long.MaxValue, total * c.Share / 1000);
            var parts = Discounts.Spread(amount, c.Weights);
            Assert.Equal(amount, parts.Sum());
            for (var i = 0; i < parts.Length; i++)
            {
                Assert.InRange(parts[i], 0, c.Weights[i]);

                // Each is its exact share, to the unit.
                var off = (Int128.Abs(((Int128)parts[i] * total) - ((Int128)amount * c.Weights[i])), total);
                Assert.True(total == 0 || off.Item1 < total, $"{parts[i]} is more than a unit off");
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData("Shoes", true, true)]
    [InlineData("shoes", true, true)]
    [InlineData("\uff33hoes\u200b", true, true)]
    [InlineData("Shoe", true, false)]
    [InlineData("Hats", true, false)]
    public void Applies_to_its_categories_alone(string? category, bool all, bool some)
    {
        Assert.Equal(all, Discounts.Applies(Code(DiscountKind.Fixed, 1), category));
        Assert.Equal(some, Discounts.Applies(Code(DiscountKind.Fixed, 1, "Shoes", "Bags"), category));
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("Summer-25_x", true)]
    [InlineData("ab", false)]
    [InlineData("1234567890123456789012345678901234567890", true)]
    [InlineData("12345678901234567890123456789012345678901", false)]
    [InlineData("a b", false)]
    [InlineData("abc\n", false)]
    [InlineData("h\u00e8, abc", false)]
    [InlineData("\u0131stanbul", false)]
    public void Codes_are_of_a_few_characters(string code, bool good) => Assert.Equal(good, DiscountCode.IsWellFormed(code));
}
