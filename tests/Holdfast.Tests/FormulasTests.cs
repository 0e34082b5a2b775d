using FsCheck;
using FsCheck.Fluent;
using Holdfast.Platform;

namespace Holdfast.Tests;

public sealed class FormulasTests
{
    [Theory]
    [InlineData("=1+1")]
    [InlineData("+84 90 000 0000")]
    [InlineData("-Áo")]
    [InlineData("@SUM(A1)")]
    [InlineData("|calc")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("\n=1")]
    [InlineData("＝1+1")]
    [InlineData("＋84")]
    [InlineData("－1")]
    [InlineData("＠SUM")]
    [InlineData("｜calc")]
    [InlineData("'=1")]
    [InlineData("''＝1")]
    public void A_text_that_would_be_a_formula_gets_an_apostrophe(string text)
    {
        Assert.Equal($"'{text}", Formulas.Escape(text));
        Assert.Equal(text, Formulas.Unescape($"'{text}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Áo dài")]
    [InlineData("a=b")]
    [InlineData("'")]
    [InlineData("'quoted'")]
    [InlineData("1-2")]
    [InlineData(" =1")]
    public void Other_texts_stay(string text) => Assert.Equal((text, text), (Formulas.Escape(text), Formulas.Unescape(text)));

    [Fact]
    public void Every_text_comes_back() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var text = string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => "'=+-@|a\t＝ "[random.Next(10)]));
        return Formulas.Unescape(Formulas.Escape(text)) == text;
    }).QuickCheckThrowOnFailure();
}
