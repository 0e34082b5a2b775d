using System.Globalization;
using Holdfast.Commands.Tables;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Text;

namespace Holdfast.Commands.Products;

/// <summary>A row by column names. Asking for a field that is not what it should be notes the first such fault.</summary>
internal sealed class RowReading(HeaderNames header, TableRecord record, DecimalMark mark)
{
    /// <summary>The first thing that is wrong with the row.</summary>
    public BadField? Fault { get; private set; }

    public int Line => record.Line;

    public T? Wrong<T>(string column, string message)
    {
        Fault ??= new BadField(record.Line, column, message);
        return default;
    }

    public string Text(string column, int max) => TextOrNull(column, max) ?? Wrong<string>(column, "is empty") ?? "";

    public string? TextOrNull(string column, int max, bool lines = false) => Checked(column, Raw(column), max, lines);

    /// <summary>A text that is not in the file as it is, with the checks of those that are.</summary>
    public string? Checked(string column, string text, int max, bool lines = false) =>
        text.Length == 0 ? null
        : text.Length > max ? Wrong<string>(column, $"is longer than {max} characters")
        : text.Contains('\uFFFD', StringComparison.Ordinal)
            ? Wrong<string>(column, "has bytes that are no characters in the encoding of the file")
        : !JsonBodyReader.IsClean(text, lines)
        ? Wrong<string>(column, lines ? "has control characters" : "has control characters or line breaks")
        : text;

    /// <summary>
    /// The field without blanks around it and as it was before an export made it safe for spreadsheets; empty where there is no such
    /// column. What a spreadsheet shows for a formula that has failed is a fault.
    /// </summary>
    public string Raw(string column)
    {
        var text = header.Place(column) is { } place ? UnicodeText.Nfc(Formulas.Unescape(record.Fields![place].Trim()).Trim()) : "";
        return CellErrors.Is(text) ? Wrong<string>(column, $"'{text}' is an error of the spreadsheet") ?? "" : text;
    }

    public bool? BoolOrNull(string column) => TextOrNull(column, 40)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        var other => Wrong<bool?>(column, $"'{Shown(other)}' is not true or false"),
    };

    /// <summary>A number with a point, or the text where it is not one; a number that can be read in two ways is a fault.</summary>
    public string? NumberOrNull(string column)
    {
        if (TextOrNull(column, 40) is not { } text || (header.Place(column) is { } place && record.Numbers?[place] == true))
        {
            return TextOrNull(column, 40);
        }

        var number = LocalNumber.Read(text, mark);
        return number.Fault is { } fault ? Wrong<string>(column, fault) : number.Plain ?? text;
    }

    /// <summary>A whole number; decimals that are zeros do not matter.</summary>
    public int? CountOrNull(string column, int min, int max)
    {
        if (NumberOrNull(column) is not { } text)
        {
            return null;
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point > 0 && text.AsSpan(point + 1).TrimEnd('0').IsEmpty ? text[..point] : text;
        return int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= min && count <= max ? count
            : Wrong<int?>(column, $"'{Shown(text)}' is not a whole number from {min} to {max}");
    }

    /// <summary>A value as messages quote it.</summary>
    public static string Shown(string text)
    {
        var start = text.Length <= 40 ? text : $"{text[..40]}...";
        return string.Concat(start.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
