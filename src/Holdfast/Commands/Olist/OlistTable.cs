using System.Text;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Olist;

/// <summary>
/// One file of the data set, read line by line; its columns are found by name. Bad rows are collected, and the others go on.
/// </summary>
internal sealed class OlistTable(string path, DecimalMark mark, List<BadRow> problems, params string[] columns)
{
    private string[] _header = [];
    private int[] _places = [];

    /// <summary>What begins the decimals of its numbers.</summary>
    public DecimalMark Mark => mark;

    /// <summary>The file's name, as messages give it.</summary>
    public string Name { get; } = Path.GetFileName(path);

    /// <summary>
    /// Reads the file. <paramref name="take"/> gets every row that has the right number of fields; what it makes of a row that turned out
    /// bad is not wanted, so it asks <see cref="OlistRow.IsBad"/> before it keeps anything.
    /// </summary>
    public async Task ReadAsync(Action<OlistRow> take, CancellationToken ct)
    {
        using var file = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: false));
        for (var line = 1; await file.ReadLineAsync(ct) is { } text; line++)
        {
            if (line == 1)
            {
                Header(CsvLine.Split(text) ?? []);
                continue;
            }

            if (text.Length == 0)
            {
                continue;
            }

            var fields = CsvLine.Split(text);
            if (fields is null)
            {
                problems.Add(new BadRow(Name, line, "1", "a quote is not closed, or stands within a field that is not quoted"));
            }
            else if (fields.Length != _header.Length)
            {
                problems.Add(new BadRow(Name, line, fields.Length < _header.Length ? _header[fields.Length] : $"{_header.Length + 1}",
                    $"the row has {fields.Length} fields, the header {_header.Length}"));
            }

            // A broken row is handed on with what stands where its key should be: the order that it names is not whole.
            var raw = fields ?? text.Split(',');
            take(new OlistRow(this, line, fields?.Length == _header.Length ? fields : null, _places[0] < raw.Length
                ? raw[_places[0]].Trim('"') : ""));
        }

        if (_header.Length == 0)
        {
            Header([]);
        }
    }

    private void Header(string[] header)
    {
        _header = header;
        _places = [.. columns.Select(c => Array.IndexOf(header, c))];
        if (Array.IndexOf(_places, -1) is var missing and >= 0)
        {
            throw new StartupException($"{Name} line 1: there is no column {columns[missing]}");
        }
    }

    internal string? Field(string[] fields, string column) => fields[_places[Array.IndexOf(columns, column)]];

    internal void Report(int line, string column, string message) => problems.Add(new BadRow(Name, line, column, message));
}
