using Holdfast.Commands.Tables.Core;

namespace Holdfast.Commands.Tables;

/// <summary>
/// Reads CSV (RFC 4180) whose fields may hold line breaks. A quote that is never closed would swallow the rest of a file: where a record of
/// several lines turns out wrong, only its first line is taken for bad, and reading goes on with the second. The delimiter is what the
/// header has most of, or what a first line such as <c>sep=;</c> says.
/// </summary>
internal static class CsvRecords
{
    private const int MaxLinesOfARecord = 200;
    private const string Delimiters = ",;\t|";

    /// <summary>
    /// The records, the header first; every other one must have as many fields as it, or more that are empty. Empty lines are passed over.
    /// </summary>
    public static IEnumerable<TableRecord> Read(TextReader reader)
    {
        var lines = new Lines(reader);
        int? width = null;
        char? delimiter = null;
        while (lines.Take() is { } first)
        {
            delimiter ??= Said(first);
            if (first.Length == 0 || (width is null && Said(first) is not null))
            {
                continue;
            }

            var line = lines.Number;
            var more = new List<string>();
            var record = first;
            while (IsOpen(record) && more.Count < MaxLinesOfARecord && lines.Take() is { } next)
            {
                more.Add(next);
                record = $"{record}\n{next}";
            }

            delimiter ??= Delimiters.MaxBy(d => CsvLine.Split(record, d)?.Length ?? 0);
            var fields = Trimmed(CsvLine.Split(record, delimiter.Value), width);
            var fault = fields is null ? "a quote is not closed, or stands within a field that is not quoted"
                : width is { } wanted && fields.Length != wanted ? $"the row has {fields.Length} fields, the header {wanted}"
                : null;
            width ??= fields?.Length ?? 0;
            if (fault is not null)
            {
                lines.GiveBack(more);
            }

            yield return new TableRecord(line, fault is null ? fields : null, fault);
        }
    }

    /// <summary>What Excel is told by a first line such as <c>sep=;</c>.</summary>
    private static char? Said(string line) =>
        line.Trim('"') is { Length: 5 } text && text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) ? text[4] : null;

    /// <summary>Spreadsheets write empty fields behind the last column.</summary>
    private static string[]? Trimmed(string[]? fields, int? width) =>
        fields is not null && width is { } wanted && fields.Length > wanted && fields.Skip(wanted).All(string.IsNullOrWhiteSpace)
            ? fields[..wanted] : fields;

    // Whole records have an even number of quotes, however they are nested.
    private static bool IsOpen(string record) => (record.AsSpan().Count('"') & 1) == 1;

    private sealed class Lines(TextReader reader)
    {
        private readonly Stack<string> _given = new();

        /// <summary>The number of the line that was taken last.</summary>
        public int Number { get; private set; }

        public string? Take()
        {
            var line = _given.TryPop(out var given) ? given : reader.ReadLine() is { } text ? VietnameseTones.Compose(text) : null;
            Number += line is null ? 0 : 1;
            return line;
        }

        public void GiveBack(List<string> lines)
        {
            Number -= lines.Count;
            for (var i = lines.Count - 1; i >= 0; i--)
            {
                _given.Push(lines[i]);
            }
        }
    }
}
