using System.Globalization;
using System.Xml;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Tables;

/// <summary>
/// Reads a sheet of a spreadsheet (.xlsx, .xlsb, .xls) as records. A cell that holds a number is marked so: its value is known whatever it
/// looks like. A cell that shows an error has the text that it shows, in an .xlsx file; in the others it is empty.
/// </summary>
internal static class SheetRecords
{
    /// <summary>Whether the file begins as spreadsheets do: a ZIP archive, or an OLE container.</summary>
    public static bool IsSheet(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x50, 0x4B, 0x03, 0x04]) || head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]);

    /// <summary>The sheet that has the name, or the first one. The reader owns <paramref name="stream"/>.</summary>
    /// <exception cref="StartupException">It is not a spreadsheet that can be read, or has no such sheet.</exception>
    public static IExcelDataReader Open(FileStream stream, string name, string? sheet)
    {
        var reader = Create(stream, name);
        var names = new List<string>();
        do
        {
            if (sheet is null || string.Equals(reader.Name.Trim(), sheet.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return reader;
            }

            names.Add(reader.Name);
        }
        while (Opened(name, reader.NextResult));
        reader.Dispose();
        throw new StartupException($"--sheet: {name} has no sheet '{sheet}'; it has {string.Join(", ", names)}.");
    }

    /// <summary>The rows that are not empty, with their numbers in the sheet.</summary>
    /// <param name="path">Of the file that the reader has opened.</param>
    public static IEnumerable<TableRecord> Read(IExcelDataReader reader, string path)
    {
        var name = Path.GetFileName(path);
        var errors = Opened(name, () => Errors(path, reader.Name));
        int? width = null;
        for (var line = 1; Opened(name, reader.Read); line++)
        {
            var (cells, numbers) = Row(reader, line, errors);
            if (cells.TrueForAll(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            width ??= cells.FindLastIndex(c => !string.IsNullOrWhiteSpace(c)) + 1;
            var fault = cells.FindLastIndex(c => !string.IsNullOrWhiteSpace(c)) >= width
                ? $"the row has more cells than the {width} of the header" : null;
            while (cells.Count < width)
            {
                cells.Add("");
                numbers.Add(false);
            }

            yield return new TableRecord(line, fault is null ? [.. cells.Take(width.Value)] : null, fault) { Numbers = [.. numbers] };
        }
    }

    private static (List<string> Cells, List<bool> Numbers) Row(IExcelDataReader reader, int line,
        IReadOnlyDictionary<(int Row, int Column), string> errors)
    {
        var (cells, numbers) = (new List<string>(reader.FieldCount), new List<bool>(reader.FieldCount));
        for (var i = 0; i < reader.FieldCount; i++)
        {
            var value = reader.GetValue(i);
            cells.Add(value is null ? errors.GetValueOrDefault((line, i + 1), "") : Text(value));
            numbers.Add(value is double or int);
        }

        return (cells, numbers);
    }

    private static IReadOnlyDictionary<(int Row, int Column), string> Errors(string path, string sheet)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> head = stackalloc byte[4];
        var isZip = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == 4 && head[0] == 'P';
        return isZip ? SheetErrors.Of(stream, sheet) : new Dictionary<(int Row, int Column), string>();
    }

    private static string Text(object value) => value switch
    {
        string text => text,
        bool yes => yes ? "true" : "false",
        // As a decimal, 58.9 is 58.9 and not the nearest binary fraction.
        double number when Math.Abs(number) < 1e27 => ((decimal)number).ToString(CultureInfo.InvariantCulture),
        DateTime { TimeOfDay.Ticks: 0 } day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static IExcelDataReader Create(FileStream stream, string name)
    {
        try
        {
            return Opened(name, () => ExcelReaderFactory.CreateReader(stream));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What the library gives; what it throws about the file, at whatever row, becomes one sentence.</summary>
    private static T Opened<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        // The library throws the last two where a file is damaged.
        catch (Exception e) when (e is ExcelReaderException or IOException or InvalidDataException or XmlException or NotSupportedException
            or InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException or NullReferenceException)
        {
            throw new StartupException(
                $"{name} is not a spreadsheet that can be read ({e.Message.TrimEnd('.')}): save it as .xlsx without a password, or as "
                + "CSV.");
        }
    }
}
