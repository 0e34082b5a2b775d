using FsCheck;
using FsCheck.Fluent;
using Holdfast.Commands.Olist.Core;

namespace Holdfast.Tests.Olist;

public sealed class LargestRemainderTests
{
    [Theory]
    [InlineData(100, new long[] { 1, 1, 1 }, new long[] { 34, 33, 33 })]
    [InlineData(1, new long[] { 5, 5 }, new long[] { 1, 0 })]
    [InlineData(10, new long[] { 0, 7, 0 }, new long[] { 0, 10, 0 })]
    [InlineData(0, new long[] { 0, 0 }, new long[] { 0, 0 })]
    [InlineData(long.MaxValue, new long[] { long.MaxValue, long.MaxValue }, new long[] { (long.MaxValue / 2) + 1, long.MaxValue / 2 })]
    public void Splits(long amount, long[] weights, long[] expected) => Assert.Equal(expected, LargestRemainder.Split(amount, weights));

    [Fact]
    public void Refuses_an_amount_that_has_nowhere_to_go() => Assert.Throws<ArgumentException>(() => LargestRemainder.Split(1, [0, 0]));

    [Fact]
    public void Conserves_every_unit_and_is_off_the_exact_share_by_less_than_one() =>
        Prop.ForAll(Amounts(1).ToArbitrary(), Gen.Choose(0, 2_000_000).Select(a => (long)a).ToArbitrary(), (weights, amount) =>
        {
            var sum = weights.Sum();
            if (sum == 0)
            {
                return true;
            }

            var parts = LargestRemainder.Split(amount, weights);
            return parts.Sum() == amount && parts.Zip(weights).All(p => p.First >= 0 && Int128.Abs(((Int128)p.First * sum) - ((Int128)amount * p.Second)) < sum);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Payments_are_conserved_and_cover_the_items_of_every_seller_to_the_cent() =>
        Prop.ForAll(Amounts(1).ToArbitrary(), Amounts(1).ToArbitrary(), Gen.Choose(0, 50_000).Select(a => (long)a).ToArbitrary(), (payments, sellers, freight) =>
        {
            if (sellers.Sum() == 0)
            {
                return true;
            }

            var split = PaymentSplit.Of(payments, sellers, freight);
            var (paid, items) = (payments.Sum(), sellers.Sum());
            var conserved = payments.Select((p, i) => split.ForItems[i].Sum() + split.ForFreight[i] + split.Rest[i] == p).All(ok => ok);
            var none = split.ForItems.SelectMany(row => row).Concat(split.ForFreight).Concat(split.Rest).All(part => part >= 0);
            var covered = sellers.Select((s, i) => split.ForItems.Sum(row => row[i]) is var got && (paid >= items ? got == s : got <= s)).All(ok => ok);
            var freightFirst = split.ForFreight.Sum() == Math.Clamp(paid - items, 0, freight);
            return conserved && none && covered && freightFirst;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Two_payments_for_two_sellers_and_freight()
    {
        // 30.00 and 10.00 of items, 5.00 of freight; paid 20.00 by card and 25.00 by voucher.
        var split = PaymentSplit.Of([2000, 2500], [3000, 1000], 500);
        Assert.Equal([1333, 445], split.ForItems[0]);
        Assert.Equal([1667, 555], split.ForItems[1]);
        Assert.Equal([222, 278], split.ForFreight);
        Assert.Equal([0, 0], split.Rest);
    }

    [Fact]
    public void What_was_paid_above_is_neither_for_items_nor_for_freight()
    {
        var split = PaymentSplit.Of([1130], [1000], 100);
        Assert.Equal((1000, 100, 30), (split.ForItems[0][0], split.ForFreight[0], split.Rest[0]));
    }

    private static Gen<long[]> Amounts(int atLeast) =>
        from count in Gen.Choose(atLeast, 12)
        from amounts in Gen.ArrayOf(Gen.Frequency((1, Gen.Constant(0L)), (6, Gen.Choose(1, 500_000).Select(a => (long)a))), count)
        select amounts;
}
