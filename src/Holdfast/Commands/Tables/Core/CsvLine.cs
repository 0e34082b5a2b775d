using System.Text;

namespace Holdfast.Commands.Tables.Core;

/// <summary>
/// One record of CSV (RFC 4180) as fields. In files without line breaks in their fields a line is a record: a quote that is never closed
/// spoils its own line and not the rest of the file.
/// </summary>
internal static class CsvLine
{
    /// <summary>The fields, or null where a quote is not closed or stands within an unquoted field.</summary>
    public static string[]? Split(string line, char delimiter = ',')
    {
        var fields = new List<string>();
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                if (Quoted(line, ref at) is not { } quoted)
                {
                    return null;
                }

                fields.Add(quoted);
            }
            else
            {
                var end = line.IndexOf(delimiter, at);
                var field = line[at..(end < 0 ? line.Length : end)];
                if (field.Contains('"', StringComparison.Ordinal))
                {
                    return null;
                }

                fields.Add(field);
                at += field.Length;
            }

            if (at == line.Length)
            {
                return [.. fields];
            }

            if (line[at++] != delimiter)
            {
                return null;
            }
        }
    }

    private static string? Quoted(string line, ref int at)
    {
        var text = new StringBuilder();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '"')
            {
                text.Append(line[at]);
            }
            else if (at + 1 < line.Length && line[at + 1] == '"')
            {
                text.Append('"');
                at++;
            }
            else
            {
                at++;
                return text.ToString();
            }
        }

        return null;
    }
}
