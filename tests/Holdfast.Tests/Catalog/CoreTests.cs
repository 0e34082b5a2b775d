using FsCheck;
using FsCheck.Fluent;
using Holdfast.Catalog.Core;

namespace Holdfast.Tests.Catalog;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("58.90", 2, 5890)]
    [InlineData("58.9", 2, 5890)]
    [InlineData("58", 2, 5800)]
    [InlineData("0.01", 2, 1)]
    [InlineData("199000", 0, 199000)]
    [InlineData("199000.00", 0, 199000)]
    [InlineData("1.2345", 4, 12345)]
    [InlineData("58.900", 2, 5890)]
    [InlineData("92233720368547758.07", 2, long.MaxValue)]
    public void Reads_decimals(string text, int digits, long amount) => Assert.Equal(amount, Money.Parse(text, digits));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1,50")]
    [InlineData("1 000")]
    [InlineData("1e3")]
    [InlineData("1.234")]
    [InlineData("0x10")]
    [InlineData("١٢")]
    [InlineData("1.2.3")]
    [InlineData("92233720368547758.08")]
    [InlineData("NaN")]
    public void Refuses_what_is_no_amount(string text) => Assert.Null(Money.Parse(text, 2));

    [Fact]
    public void Format_and_parse_are_inverse() => Prop.ForAll<long, byte>((amount, d) =>
    {
        var digits = d % 5;
        var text = Money.Format(amount, digits);
        return Money.Parse(text.TrimStart('-'), digits) == (amount == long.MinValue ? null : Math.Abs(amount))
            && text.StartsWith('-') == amount < 0;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Says_when_an_amount_does_not_fit()
    {
        Assert.Equal(6, Money.Times(2, 3));
        Assert.Equal(5, Money.Plus(2, 3));
        Assert.NotNull(Money.Times(Money.MaxPrice, 9_000));
        Assert.Null(Money.Times(Money.MaxPrice, 10_000));
        Assert.Null(Money.Times(long.MinValue, -1));
        Assert.Equal(long.MinValue, Money.Times(long.MinValue, 1));
        Assert.Null(Money.Plus(long.MaxValue, 1));
        Assert.Null(Money.Plus(long.MinValue, -1));
        Assert.Equal(-1, Money.Plus(long.MaxValue, long.MinValue));
    }
}

public sealed class CurrencyTests
{
    [Theory]
    [InlineData("VND", 0)]
    [InlineData("JPY", 0)]
    [InlineData("BRL", 2)]
    [InlineData("USD", 2)]
    [InlineData("KWD", 3)]
    [InlineData("vnd", null)]
    [InlineData("XXX", null)]
    [InlineData("", null)]
    public void Knows_the_digits(string code, int? digits) => Assert.Equal(digits, Currencies.Digits(code));

    [Fact]
    public void Codes_are_three_capitals() => Assert.All(Currencies.Codes, c => Assert.Matches("^[A-Z]{3}$", c));
}

public sealed class VariantTests
{
    private static readonly Variant A = New("a"), B = New("b");

    [Fact]
    public void Matches_by_id_then_by_sku_and_keeps_what_is_missing()
    {
        var renamed = A with { Sku = "a2", Price = 7 };
        var c = New("c");
        var result = Variants.Replace([A, B], [new(renamed, Named: true), new(c, Named: false)]).Value;
        Assert.Equal([(A.Id, "a2", true), (c.Id, "c", true), (B.Id, "b", false)], result.Select(v => (v.Id, v.Sku, v.Active)));

        var again = Variants.Replace(result, [new(New("b"), Named: false)]).Value;
        Assert.Equal([(B.Id, "b", true), (A.Id, "a2", false), (c.Id, "c", false)], again.Select(v => (v.Id, v.Sku, v.Active)));
    }

    [Fact]
    public void A_named_variant_is_not_matched_by_its_old_sku()
    {
        var fresh = New("a");
        var result = Variants.Replace([A], [new(A with { Sku = "z" }, Named: true), new(fresh, Named: false)]).Value;
        Assert.Equal([(A.Id, "z"), (fresh.Id, "a")], result.Select(v => (v.Id, v.Sku)));
    }

    [Fact]
    public void Refuses_strangers_doubles_and_a_sku_that_a_sleeping_variant_has()
    {
        Assert.Equal("invalid_request", Variants.Replace([A], [new(B, Named: true)]).Error!.Code);
        Assert.Equal("invalid_request", Variants.Replace([A], [new(A, Named: true), new(A with { Sku = "x" }, Named: true)]).Error!.Code);
        Assert.Equal("sku_taken", Variants.Replace([A, B], [new(A with { Sku = "b" }, Named: true)]).Error!.Code);
    }

    [Fact]
    public void Nobody_is_lost_and_skus_stay_distinct() => Prop.ForAll<byte[], byte[]>((present, wanted) =>
    {
        var now = (present ?? []).Select(b => b % 8).Distinct().Select(b => New($"{b}")).ToList();
        var result = Variants.Replace(now,
            [.. (wanted ?? []).Select(b => b % 8).Distinct().Select(b => new VariantInput(New($"{b}"), Named: false))]).Value;
        return now.All(v => result.Count(r => r.Id == v.Id && r.Sku == v.Sku) == 1)
            && result.Select(r => r.Sku).Distinct().Count() == result.Count;
    }).QuickCheckThrowOnFailure();

    private static Variant New(string sku) => new() { Id = Guid.CreateVersion7(), Sku = sku, Price = 1 };
}
