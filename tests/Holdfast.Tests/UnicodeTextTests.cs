using Holdfast.Platform.Text;

namespace Holdfast.Tests;

/// <summary>
/// Texts that mean the same and have other bytes. What is expected is from UnicodeData.txt and UAX 15, not from what .NET does here.
/// </summary>
public sealed class UnicodeTextTests
{
    [Theory]
    [InlineData("Sa\u0301ch", "S\u00e1ch")]
    [InlineData("Vie\u0323\u0302t", "Vi\u1ec7t")]
    [InlineData("Vie\u0302\u0323t", "Vi\u1ec7t")]
    [InlineData("Vi\u1eb9\u0302t", "Vi\u1ec7t")]
    [InlineData("Vi\u00ea\u0323t", "Vi\u1ec7t")]
    [InlineData("o\u031b\u0301", "\u1edb")]
    [InlineData("\u212a", "K")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\u304b\u3099", "\u304c")]
    [InlineData("\ufb01", "\ufb01")]
    [InlineData("\ud83d\udc68\u200d\ud83d\udc69", "\ud83d\udc68\u200d\ud83d\udc69")]
    public void What_is_stored_is_composed(string text, string composed) => Assert.Equal(composed, UnicodeText.Nfc(text));

    [Theory]
    [InlineData("AB-100", "ab-100")]
    [InlineData("AB\u200b-100", "ab-100")]
    [InlineData("\ufeffAB-100\u2060", "ab-100")]
    [InlineData("\uff21\uff22\uff0d\uff11\uff10\uff10", "ab-100")]
    [InlineData(" Ab-100\u3000", "ab-100")]
    [InlineData("AB\u00ad-1\ufe0e00", "ab-100")]
    [InlineData("\u212ailo", "kilo")]
    [InlineData("o\ufb03ce", "office")]
    [InlineData("\U0001d400\U0001d401", "ab")]
    [InlineData("\u2460", "1")]
    [InlineData("\uff76\uff9e", "\u30ac")]
    [InlineData("STRASSE", "strasse")]
    [InlineData("Straße", "strasse")]
    [InlineData("ΟΔΟΣ", "οδοσ")]
    [InlineData("οδος", "οδοσ")]
    [InlineData("SA\u0301CH", "sách")]
    [InlineData("a\u200b\u0301", "á")]
    public void Names_are_compared_by_what_they_look_like(string name, string key)
    {
        Assert.Equal(key, UnicodeText.Key(name));
        Assert.True(UnicodeText.IsSameName(name, key));
        Assert.True(UnicodeText.Names.Equals(key, name));
        Assert.Equal(UnicodeText.Names.GetHashCode(key), UnicodeText.Names.GetHashCode(name));
    }

    [Theory]
    [InlineData("AB-100", "AB-1000")]
    [InlineData("Sách", "Sach")]
    [InlineData("đ", "d")]
    [InlineData("ı", "i")]
    [InlineData("а", "a")]
    public void Other_names_stay_others(string a, string b)
    {
        Assert.NotEqual(UnicodeText.Key(a), UnicodeText.Key(b));
        Assert.False(UnicodeText.IsSameName(a, b));
    }

    [Fact]
    public void Plain_texts_cost_nothing()
    {
        const string Ascii = "The quick brown fox, 12.50 (USD)";
        Assert.Same(Ascii, UnicodeText.Nfc(Ascii));
        Assert.Same(Ascii, UnicodeText.Nfkc(Ascii));
        const string Vietnamese = "Áo dài cưới, 199.000 ₫";
        Assert.Same(Vietnamese, UnicodeText.Nfc(Vietnamese));
    }

    [Fact]
    public void Whatever_the_text_its_forms_agree()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int[] starts = [0x41, 0xC0, 0x300, 0x370, 0x400, 0x591, 0x900, 0xE00, 0x1100, 0x1E00, 0x2000, 0x2100, 0x3040, 0xAC00, 0xF900,
            0xFB00, 0xFE00, 0xFF00, 0x1D400, 0x1F600];
        for (var i = 0; i < 5_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12))
                .Select(_ => char.ConvertFromUtf32(starts[random.Next(starts.Length)] + random.Next(0x40))));
            var nfc = UnicodeText.Nfc(text);
            Assert.Equal(nfc, UnicodeText.Nfc(nfc));
            Assert.Equal(nfc, UnicodeText.Nfc(UnicodeText.Nfd(text)));
            var key = UnicodeText.Key(text);
            Assert.True(key == UnicodeText.Key(key) && key == UnicodeText.Key(UnicodeText.Nfd(text))
                && key == UnicodeText.Key($"\u200b{text}\ufeff"),
                $"seed {seed}: {string.Join(' ', text.EnumerateRunes().Select(r => $"{r.Value:X4}"))}");
        }
    }
}
