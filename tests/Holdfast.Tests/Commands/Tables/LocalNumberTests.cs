using FsCheck;
using FsCheck.Fluent;
using Holdfast.Commands.Tables.Core;

namespace Holdfast.Tests.Commands.Tables;

public sealed class LocalNumberTests
{
    [Theory]
    [InlineData("199000", "199000")]
    [InlineData("007", "007")]
    [InlineData("58.90", "58.90")]
    [InlineData("58,9", "58.9")]
    [InlineData("0.125", "0.125")]
    [InlineData("0,125", "0.125")]
    [InlineData("1234.567", "1234.567")]
    [InlineData("1.2345", "1.2345")]
    [InlineData("1.234,56", "1234.56")]
    [InlineData("1,234.56", "1234.56")]
    [InlineData("1.234.567", "1234567")]
    [InlineData("1,234,567", "1234567")]
    [InlineData("12,34,567", "1234567")]
    [InlineData("12,34,567.50", "1234567.50")]
    [InlineData("1.234,567", "1234.567")]
    [InlineData("199 000", "199000")]
    [InlineData("199\u00A0000,50", "199000.50")]
    [InlineData("1\u202F234\u202F567", "1234567")]
    [InlineData("1'234.50", "1234.50")]
    [InlineData("1’234,5", "1234.5")]
    public void Reads_what_can_be_read_in_one_way(string text, string plain) =>
        Assert.Equal(new LocalNumber(plain, null), LocalNumber.Read(text, DecimalMark.Unsaid));

    [Theory]
    [InlineData("199.000", "199", "199000")]
    [InlineData("1.000", "1", "1000")]
    [InlineData("1,000", "1", "1000")]
    [InlineData("25,500", "25.5", "25500")]
    [InlineData("100.010", "100.01", "100010")]
    public void Refuses_what_can_be_read_in_two_ways_and_reads_it_when_told(string text, string asDecimals, string asThousands)
    {
        Assert.Equal(new LocalNumber(null, $"{text} can be read as {asDecimals} or {asThousands}; say --decimal=. or --decimal=,"),
            LocalNumber.Read(text, DecimalMark.Unsaid));
        var (own, other) = text.Contains('.', StringComparison.Ordinal) ? (DecimalMark.Point, DecimalMark.Comma)
            : (DecimalMark.Comma, DecimalMark.Point);
        Assert.Equal(asDecimals, LocalNumber.Read(text, own).Plain!.TrimEnd('0').TrimEnd('.'));
        Assert.Equal(new LocalNumber(asThousands, null), LocalNumber.Read(text, other));
    }

    [Theory]
    [InlineData("58.90", ',')]
    [InlineData("1,234.5", ',')]
    [InlineData("0.500", ',')]
    [InlineData("58,90", '.')]
    [InlineData("1.234,5", '.')]
    public void Says_what_does_not_fit_the_mark(string text, char savepoint) =>
        Assert.Equal(new LocalNumber(null, $"{text} does not fit --decimal={savepoint}"),
            LocalNumber.Read(text, savepoint == ',' ? DecimalMark.Comma : DecimalMark.Point));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1..5")]
    [InlineData("1e9")]
    [InlineData("58 90")]
    [InlineData("1.23.456")]
    [InlineData("1,234,56.7")]
    [InlineData("1.234.56")]
    [InlineData("1.234,567.89")]
    [InlineData("0,123,456")]
    [InlineData("１９９")]
    [InlineData("199 ₫")]
    public void Takes_nothing_else_for_a_number(string text) =>
        Assert.All(Enum.GetValues<DecimalMark>(), savepoint => Assert.Null(LocalNumber.Read(text, savepoint).Plain));

    [Fact]
    public void Every_amount_reads_back_in_every_writing() => Prop.ForAll<PositiveInt, byte>((whole, cents) =>
    {
        var plain = FormattableString.Invariant($"{whole.Get}.{cents % 100:00}");
        var amount = decimal.Parse(plain, System.Globalization.CultureInfo.InvariantCulture);
        var english = FormattableString.Invariant($"{amount:N2}");
        var swapped = string.Concat(english.Select(c => c switch { ',' => '.', '.' => ',', _ => c }));
        return new[] { (english, DecimalMark.Unsaid), (english, DecimalMark.Point), (swapped, DecimalMark.Unsaid),
            (swapped, DecimalMark.Comma) }
            .All(w => LocalNumber.Read(w.Item1, w.Item2).Plain == plain);
    }).QuickCheckThrowOnFailure();
}
