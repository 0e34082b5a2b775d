using FsCheck;
using FsCheck.Fluent;
using Holdfast.Platform.Text;

namespace Holdfast.Tests;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("Đà Nẵng", "da nang")]
    [InlineData("ƯỠN ĐƯỜNG đặc-biệt", "uon duong dac biet")]
    [InlineData("Pão de açúcar, São João!", "pao de acucar sao joao")]
    [InlineData("A\u0300 e\u0302\u0301", "a e")]
    [InlineData("Ｆｕｌｌ１２", "full12")]
    [InlineData("İstanbul ıĞ", "istanbul ig")]
    [InlineData("Straße Ærø Łódź", "strasse aero lodz")]
    [InlineData("a\0b\r\nc\"d'e:f*g(h)", "a b c d e f g h")]
    [InlineData("🎉👍🏽", "")]
    [InlineData("ABC-123/x_y", "abc 123 x y")]
    [InlineData("東京 Москва", "東京 москва")]
    [InlineData("soft\u00ADhyphen", "softhyphen")]
    public void Folds_words(string text, string words) => Assert.Equal(words, string.Join(' ', SearchText.Words(text)));

    [Fact]
    public void Composed_and_decomposed_forms_of_Vietnamese_are_the_same_words()
    {
        const string composed = "ầấẩẫậằắẳẵặềếểễệồốổỗộờớởỡợừứửữựỳỷỹỵịỉĩọỏõụủũ";
        foreach (var letter in composed)
        {
            Assert.Matches("^[a-z]$", Assert.Single(SearchText.Words($"{letter}")));
            Assert.Matches("^[a-z]$", Assert.Single(SearchText.Words($"{char.ToUpperInvariant(letter)}")));
        }

        Assert.Equal(SearchText.Words("Đà Nẵng"), SearchText.Words("Đa\u0300 Na\u0306\u0303ng"));
    }

    [Fact]
    public void Any_text_gives_words_that_need_no_quoting_and_fold_to_themselves() => Prop.ForAll<string>(text =>
    {
        var words = SearchText.Words(text ?? "");
        return words.All(w => w.Length is > 0 and <= 64 && w.EnumerateRunes().All(System.Text.Rune.IsLetterOrDigit))
            && words.SequenceEqual(SearchText.Words(string.Join(' ', words)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Long_words_are_cut_alike_in_text_and_query() =>
        Assert.Equal(new string('a', 64), SearchText.Of(new string('a', 10_000), null, new string('a', 65)));
}
