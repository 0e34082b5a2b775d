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
            return parts.Sum() == amount && parts.Zip(weights)
                .All(p => p.First >= 0 && Int128.Abs(((Int128)p.First * sum) - ((Int128)amount * p.Second)) < sum);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Payments_are_conserved_and_cover_what_every_seller_is_due_to_the_cent() =>
        Prop.ForAll(Amounts(1).ToArbitrary(), Amounts(1).ToArbitrary(), (payments, dues) =>
        {
            if (dues.Sum() == 0)
            {
                return true;
            }

            var split = PaymentSplit.Of(payments, dues);
            var (paid, due) = (payments.Sum(), dues.Sum());
            var conserved = payments.Select((p, i) => split.ForSellers[i].Sum() + split.Rest[i] == p).All(ok => ok);
            var none = split.ForSellers.SelectMany(row => row).Concat(split.Rest).All(part => part >= 0);
            var covered = dues.Select((s, i) => split.ForSellers.Sum(row => row[i]) is var got && (paid >= due ? got == s : got <= s))
                .All(ok => ok);
            return conserved && none && covered && split.Rest.Sum() == Math.Max(0, paid - due);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Two_payments_for_two_sellers()
    {
        // 33.00 and 12.00 are due; paid 20.00 by card and 25.00 by voucher.
        var split = PaymentSplit.Of([2000, 2500], [3300, 1200]);
        Assert.Equal([1467, 533], split.ForSellers[0]);
        Assert.Equal([1833, 667], split.ForSellers[1]);
        Assert.Equal([0, 0], split.Rest);
    }

    [Fact]
    public void What_was_paid_above_is_for_nobody()
    {
        var split = PaymentSplit.Of([1130], [1100]);
        Assert.Equal((1100, 30), (split.ForSellers[0][0], split.Rest[0]));
    }

    private static Gen<long[]> Amounts(int atLeast) =>
        from count in Gen.Choose(atLeast, 12)
        from amounts in Gen.ArrayOf(Gen.Frequency((1, Gen.Constant(0L)), (6, Gen.Choose(1, 500_000).Select(a => (long)a))), count)
        select amounts;
}
