using FsCheck;
using FsCheck.Fluent;
using Holdfast.Commands.Tables;

namespace Holdfast.Tests.Catalog;

public sealed class CsvRecordsTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "1:a|b 2:1|2")]
    [InlineData("a,b\r\n1,2", "1:a|b 2:1|2")]
    [InlineData("a,b\n\n1,\n", "1:a|b 3:1|")]
    [InlineData("a,b\n\"x,\"\"y\"\"\",2\n", "1:a|b 2:x,\"y\"|2")]
    [InlineData("a,b\n\"one\r\ntwo\nthree\",2\n3,4", "1:a|b 2:one/two/three|2 5:3|4")]
    [InlineData("a,b\n1\n2,3,4\n5,6", "1:a|b 2! 3! 4:5|6")]
    [InlineData("a,b\n1,\"open\n3,4\n5,6", "1:a|b 2! 3:3|4 4:5|6")]
    [InlineData("a,b\n1,\"open\n3,\"q\"\n5,6\"\n7,8", "1:a|b 2! 3:3|q 4! 5:7|8")]
    [InlineData("a,b\nx\"y\",2\n3,4", "1:a|b 2! 3:3|4")]
    [InlineData("a,b\n\"x\"y,2\n3,4", "1:a|b 2! 3:3|4")]
    [InlineData("\"a,b\n1,2", "1! 2!")]
    [InlineData("a;b\n1,5;2", "1:a|b 2:1,5|2")]
    [InlineData("a\tb\n1;2\t3", "1:a|b 2:1;2|3")]
    [InlineData("a|b\n\"1|2\"|3", "1:a|b 2:1/2|3", '|')]
    [InlineData("a,x;b;c\n1;2;3", "1:a,x|b|c 2:1|2|3")]
    [InlineData("sep=;\na;b,c\n1;2", "2:a|b,c 3:1|2")]
    [InlineData("\"SEP=\t\"\r\na,b\t\n1\t", "2:a,b| 3:1|")]
    [InlineData("a,b\n1,2,, \n3,4,,5", "1:a|b 2:1|2 3!")]
    [InlineData("", "")]
    [InlineData("\n\n", "")]
    public void Reads_records_and_goes_on_after_bad_ones(string text, string records, char within = ' ') =>
        Assert.Equal(records, within == ' ' ? Shown(text)
            : string.Join(' ', CsvRecords.Read(new StringReader(text))
            .Select(r => $"{r.Line}:{string.Join('|', r.Fields!.Select(f => f.Replace(within, '/')))}")));

    [Fact]
    public void An_open_quote_costs_one_line_of_a_long_file()
    {
        var lines = Enumerable.Range(0, 5000).Select(i => i == 7 ? "x,\"y" : $"{i},\"{i}\"").Prepend("a,b");
        var read = CsvRecords.Read(new StringReader(string.Join('\n', lines))).ToList();
        Assert.Equal(9, Assert.Single(read, r => r.Fault is not null).Line);
        Assert.Equal(5001, read.Count);
        Assert.Equal(["4999", "4999"], read[^1].Fields!);
    }

    [Fact]
    public void Whatever_is_written_is_read_back() => Prop.ForAll<string[]>(fields =>
    {
        var clean = (fields ?? []).Select(f => (f ?? "").Replace("\r", "", StringComparison.Ordinal)).Append("end").ToArray();
        var line = string.Join(',', clean.Select(f => $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        var read = CsvRecords.Read(new StringReader($"{line}\n{line}\n")).ToList();
        return read.Count == 2 && read.All(r => r.Fields!.SequenceEqual(clean));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_read_to_its_end() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => "a,\"\n\r,b"[random.Next(7)]));
        var lines = CsvRecords.Read(new StringReader(text)).Select(r => r.Line).ToList();
        return lines.SequenceEqual(lines.Order()) && lines.Distinct().Count() == lines.Count;
    }).QuickCheckThrowOnFailure();

    private static string Shown(string text) => string.Join(' ', CsvRecords.Read(new StringReader(text))
        .Select(r => r.Fields is null ? $"{r.Line}!" : $"{r.Line}:{string.Join('|', r.Fields).Replace('\n', '/')}"));
}
