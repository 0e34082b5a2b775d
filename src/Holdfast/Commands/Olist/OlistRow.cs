using System.Globalization;
using Holdfast.Catalog.Core;
using Holdfast.Commands.Tables.Core;

namespace Holdfast.Commands.Olist;

/// <summary>A row by column names. Asking for a field that is not what it should be reports it and marks the row as bad.</summary>
internal sealed class OlistRow(OlistTable table, int line, string[]? fields, string key)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";
    private const int MaxLength = 200;

    /// <summary>Whether anything of it is wrong so far.</summary>
    public bool IsBad { get; private set; } = fields is null;

    /// <summary>
    /// The first of the table's columns, also of a row that is bad: in the files of orders, items and payments the order.
    /// </summary>
    public string Key { get; } = key;

    /// <summary>Reports the row and returns false if <paramref name="holds"/> is not so.</summary>
    public bool Check(bool holds, string column, string message)
    {
        if (!IsBad && !holds)
        {
            IsBad = true;
            table.Report(line, column, message);
        }

        return holds;
    }

    /// <summary>Text that must be there.</summary>
    public string Text(string column)
    {
        var text = Optional(column) ?? "";
        Check(text.Length > 0, column, "is empty");
        return text;
    }

    /// <summary>Text that may be absent.</summary>
    public string? Optional(string column)
    {
        if (fields is null)
        {
            return null;
        }

        var text = table.Field(fields, column)!.Trim();
        Check(text.Length <= MaxLength, column, $"is longer than {MaxLength} characters");
        Check(!text.Contains('\uFFFD', StringComparison.Ordinal), column, "is not UTF-8");
        Check(!text.Any(char.IsControl), column, "holds control characters");
        return text.Length > 0 ? text : null;
    }

    /// <summary>A whole number; 0 occurs (instalments).</summary>
    public int Count(string column)
    {
        var text = Number(column);
        Check(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= 0, column, $"'{Short(text)}' is not a whole number");
        return value;
    }

    /// <summary>An amount in BRL as centavos; not negative, two decimals at most.</summary>
    public long Centavos(string column)
    {
        var text = Number(column);
        var value = Money.Parse(text, 2);
        Check(value is not null, column, $"'{Short(text)}' is not an amount of two decimals at most");
        Check(value <= 1_000_000_000, column, $"'{Short(text)}' is too large");
        return IsBad ? 0 : value!.Value;
    }

    /// <summary>A number with a point, or what stands there where it is not one.</summary>
    private string Number(string column)
    {
        var text = Text(column);
        var number = LocalNumber.Read(text, table.Mark);
        Check(number.Fault is null, column, number.Fault ?? "");
        return number.Plain ?? text;
    }

    public DateTime Time(string column)
    {
        var text = Text(column);
        Check(DateTime.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value),
            column, $"'{Short(text)}' is not a time such as 2018-01-31 12:00:00");
        return value;
    }

    public static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
