using System.CommandLine;
using System.Text;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Tables;

/// <summary>A table in a file: CSV with any of the usual delimiters, or a spreadsheet.</summary>
internal sealed class TableFile : IDisposable
{
    private readonly IDisposable _reader;

    // Windows-1258 and its like, for texts and for old spreadsheets.
    static TableFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private TableFile(IDisposable reader, IEnumerable<TableRecord> records) => (_reader, Records) = (reader, records);

    /// <summary>The records, the header first; to be read once.</summary>
    public IEnumerable<TableRecord> Records { get; }

    /// <summary>The option <c>--decimal</c>.</summary>
    public static Option<string?> DecimalOption() =>
        new("--decimal")
        {
            Description = "What begins the decimals of the file's numbers: '.' or ','. Where it is not given, a number "
            + "such as 199.000 is refused."
        };

    /// <summary>The value of <c>--decimal</c>.</summary>
    /// <exception cref="StartupException">It is neither a point nor a comma.</exception>
    public static DecimalMark ParseDecimal(string? text) => text switch
    {
        null => DecimalMark.Unsaid,
        "." => DecimalMark.Point,
        "," => DecimalMark.Comma,
        _ => throw new StartupException($"--decimal: '{text}' must be . or ,"),
    };

    /// <exception cref="StartupException">The file cannot be opened or understood.</exception>
    public static TableFile Open(string path, TableOptions options)
    {
        var (stream, name) = (Stream(path), Path.GetFileName(path));
        Span<byte> head = stackalloc byte[4];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        if (SheetRecords.IsSheet(head[..length]))
        {
            var sheet = SheetRecords.Open(stream, name, options.Sheet);
            return new TableFile(sheet, SheetRecords.Read(sheet, path));
        }

        if (options.Sheet is not null)
        {
            throw new StartupException($"--sheet: {name} is not a spreadsheet.");
        }

        var reader = TextFile.Open(stream, name, options.Encoding);
        return new TableFile(reader, CsvRecords.Read(reader));
    }

    public void Dispose() => _reader.Dispose();

    private static FileStream Stream(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path}: {e.Message}");
        }
    }
}
