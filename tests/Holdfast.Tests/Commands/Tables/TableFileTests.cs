using System.Text;
using Holdfast.Commands.Tables;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Tests.Commands.Tables;

public sealed class TableFileTests : IDisposable
{
    private const string Text = "tên,giá\nÁo dài lụa đỏ,1\nƯớc gì nhẵn ngọt,2\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-table-").FullName;

    static TableFileTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static TheoryData<byte[], string?> Encodings => new()
    {
        { Encoding.UTF8.GetBytes(Text), null },
        { [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)], null },
        { [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text)], null },
        { [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Text)], null },
        { [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(Text)], null },
        { Encoding.Unicode.GetBytes(Text), "utf-16le" },
        { Encoding.BigEndianUnicode.GetBytes(Text), "UTF-16BE" },
        // A mark is believed more than what somebody says.
        { [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)], "windows-1258" },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Reads_texts_in_their_encoding(byte[] bytes, string? encoding) =>
        Assert.Equal(["tên|giá", "Áo dài lụa đỏ|1", "Ước gì nhẵn ngọt|2"], Read(bytes, new TableOptions(encoding)));

    [Theory]
    [InlineData("Áo dài Ầ Ẳ Ễ ỉ ộ ợ ử ỵ Đ đ ₫ ê ô ơ ư ă â")]
    [InlineData("ngã nghiêng chữ ký quỳnh thuở hoẵng")]
    public void Reads_Windows_1258_and_joins_the_tones(string text)
    {
        foreach (var spelling in new[] { "windows-1258", "cp1258", "WINDOWS-1258" })
        {
            Assert.Equal(["a", text], Read([.. "a\n"u8, .. As1258(text)], new TableOptions(spelling)));
        }
    }

    [Fact]
    public void Reads_Windows_1252_when_told() =>
        Assert.Equal(["a", "Café à la crème – 5 €"],
        Read([.. "a\n"u8, .. Encoding.GetEncoding(1252).GetBytes("Café à la crème – 5 €")], new TableOptions("windows-1252")));

    [Fact]
    public void A_text_in_an_encoding_that_nobody_named_is_refused_with_both_readings()
    {
        var e = Assert.Throws<StartupException>(() => Read([.. "a,b\nx,1\n"u8, .. As1258("Áo lụa,2\n")], new TableOptions()));
        Assert.Equal("t.csv line 3 is not UTF-8: say --encoding=windows-1258 where 'Áo lụa,2' is right, --encoding=windows-1252 where "
            + "'Aìo luòa,2' is, or save the file as UTF-8.", e.Message);
    }

    [Theory]
    [InlineData(true, "utf-16le")]
    [InlineData(false, "utf-16be")]
    public void UTF_16_without_a_mark_is_refused_with_what_to_say(bool little, string name)
    {
        var bytes = (little ? Encoding.Unicode : Encoding.BigEndianUnicode).GetBytes("store,product\ns,p\n");
        Assert.Equal($"t.csv looks like UTF-16 without a byte order mark: save it as UTF-8, or say --encoding={name}.",
            Assert.Throws<StartupException>(() => Read(bytes, new TableOptions())).Message);
    }

    [Fact]
    public void An_encoding_that_is_not_known_is_named() =>
        Assert.StartsWith("--encoding: 'klingon' is not known; there are utf-8,",
            Assert.Throws<StartupException>(() => Read([.. "a\n"u8], new TableOptions("klingon"))).Message);

    [Fact]
    public void A_damaged_byte_late_in_a_long_text_spoils_its_own_line_only()
    {
        var lines = Enumerable.Range(0, 40_000)
            .Select(i => i == 39_000 ? [.. "á"u8, 0xFF, .. ",x\n"u8] : Encoding.UTF8.GetBytes($"áo {i},x\n"));
        var read = Read([.. "a,b\n"u8, .. lines.SelectMany(l => l)], new TableOptions());
        Assert.Equal((40_001, "á\uFFFD|x", "áo 39999|x"), (read.Count, read[39_001], read[^1]));
    }

    [Fact]
    public void Reads_the_first_sheet_or_the_one_that_is_named()
    {
        var path = Path.Combine(_folder, "t.xlsx");
        SheetFile.Write(path, ("Giá", [["sku", "price", "", "note"], ["00123", 199000, null, "199.000"], [], ["b", 58.9, null, true]]),
            ("Other", [["x"], [0.1], [1e15]]));
        Assert.Equal(["1:sku|price||note", "2:00123|199000*||199.000", "4:b|58.9*||true"], Sheet(path, null));
        Assert.Equal(["1:x", "2:0.1*", "3:1000000000000000*"], Sheet(path, "other"));
        Assert.Equal("--sheet: t.xlsx has no sheet 'third'; it has Giá, Other.",
            Assert.Throws<StartupException>(() => Sheet(path, "third")).Message);
    }

    [Fact]
    public void A_cell_with_an_error_has_its_text_and_cells_beyond_the_header_spoil_their_row_only()
    {
        var path = Path.Combine(_folder, "t.xlsx");
        SheetFile.Write(path, ("S", [["a", "b"], ["#DIV/0!", 1], ["x", 2, "beyond"], ["y", 3, " "], ["z"], ["", "#REF!"]]),
            ("Other", [["a"], ["#NUM!"]]));
        using var table = TableFile.Open(path, new TableOptions());
        var records = table.Records.ToList();
        Assert.Equal([null, null, "the row has more cells than the 2 of the header", null, null, null],
            records.Select(r => r.Fault));
        Assert.Equal(["#DIV/0!", "1"], records[1].Fields!);
        Assert.Equal(["z", ""], records[4].Fields!);
        Assert.Equal(["", "#REF!"], records[5].Fields!);
    }

    [Theory]
    [InlineData("PK\u0003\u0004 no archive")]
    [InlineData("ÐÏ\u0011à¡±\u001Aá no container")]
    public void What_only_begins_as_a_spreadsheet_is_refused(string start)
    {
        var e = Assert.Throws<StartupException>(() => Read(Encoding.Latin1.GetBytes(start.PadRight(600)), new TableOptions()));
        Assert.StartsWith("t.csv is not a spreadsheet that can be read (", e.Message);
        Assert.EndsWith("): save it as .xlsx without a password, or as CSV.", e.Message);
    }

    [Fact]
    public void A_sheet_of_a_text_file_is_refused() =>
        Assert.Equal("--sheet: t.csv is not a spreadsheet.",
        Assert.Throws<StartupException>(() => Read([.. "a\n"u8], new TableOptions(Sheet: "x"))).Message);

    [Theory]
    [InlineData(null, "Unsaid")]
    [InlineData(".", "Point")]
    [InlineData(",", "Comma")]
    public void The_mark_of_decimals_is_a_point_or_a_comma(string? text, string mark) =>
        Assert.Equal(mark, TableFile.ParseDecimal(text).ToString());

    [Fact]
    public void Any_other_mark_is_refused() =>
        Assert.Equal("--decimal: ';' must be . or ,", Assert.Throws<StartupException>(() => TableFile.ParseDecimal(";")).Message);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private List<string> Read(byte[] bytes, TableOptions options)
    {
        var path = Path.Combine(_folder, "t.csv");
        File.WriteAllBytes(path, bytes);
        using var table = TableFile.Open(path, options);
        return [.. table.Records.Select(r => string.Join("|", r.Fields ?? [r.Fault!]))];
    }

    private static List<string> Sheet(string path, string? sheet)
    {
        using var table = TableFile.Open(path, new TableOptions(Sheet: sheet, Decimal: DecimalMark.Unsaid));
        return [.. table.Records.Select(r =>
            $"{r.Line}:{string.Join('|', r.Fields!.Zip(r.Numbers!).Select(f => f.Second ? $"{f.First}*" : f.First))}")];
    }

    /// <summary>As a Vietnamese Windows program writes it: the vowel, then its tone.</summary>
    private static byte[] As1258(string text)
    {
        const string Tones = "\u0300\u0309\u0303\u0301\u0323";
        var encoding = Encoding.GetEncoding(1258, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        var split = string.Concat(text.Select(c =>
        {
            foreach (var vowel in "AĂÂEÊIOÔƠUƯYaăâeêioôơuưy")
            {
                foreach (var tone in Tones)
                {
                    if (VietnameseTones.Compose($"{vowel}{tone}") == c.ToString())
                    {
                        return $"{vowel}{tone}";
                    }
                }
            }

            return c.ToString();
        }));
        return encoding.GetBytes(split);
    }
}
