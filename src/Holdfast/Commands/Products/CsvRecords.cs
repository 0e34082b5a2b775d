using Holdfast.Commands.Olist.Core;

namespace Holdfast.Commands.Products;

/// <summary>A record of a CSV file and the line it begins on. <paramref name="Fields"/> is null, and <paramref name="Fault"/> says why, where it cannot be read.</summary>
internal readonly record struct CsvRecord(int Line, string[]? Fields, string? Fault);

/// <summary>
/// Reads CSV (RFC 4180) whose fields may hold line breaks. A quote that is never closed would swallow the rest of a file: where a record of
/// several lines turns out wrong, only its first line is taken for bad, and reading goes on with the second.
/// </summary>
internal static class CsvRecords
{
    private const int MaxLinesOfARecord = 200;

    /// <summary>The records, the header first; every other one must have as many fields as it. Empty lines are passed over.</summary>
    public static IEnumerable<CsvRecord> Read(TextReader reader)
    {
        var lines = new Lines(reader);
        int? width = null;
        while (lines.Take() is { } first)
        {
            if (first.Length == 0)
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

            var fields = CsvLine.Split(record);
            var fault = fields is null ? "a quote is not closed, or stands within a field that is not quoted"
                : width is { } wanted && fields.Length != wanted ? $"the row has {fields.Length} fields, the header {wanted}"
                : null;
            width ??= fields?.Length ?? 0;
            if (fault is not null)
            {
                lines.GiveBack(more);
            }

            yield return new CsvRecord(line, fault is null ? fields : null, fault);
        }
    }

    // Whole records have an even number of quotes, however they are nested.
    private static bool IsOpen(string record) => (record.AsSpan().Count('"') & 1) == 1;

    private sealed class Lines(TextReader reader)
    {
        private readonly Stack<string> _given = new();

        /// <summary>The number of the line that was taken last.</summary>
        public int Number { get; private set; }

        public string? Take()
        {
            var line = _given.TryPop(out var given) ? given : reader.ReadLine();
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
