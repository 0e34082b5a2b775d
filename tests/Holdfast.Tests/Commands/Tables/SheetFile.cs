using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Holdfast.Tests.Commands.Tables;

/// <summary>Writes a small .xlsx as Excel does: texts in shared strings, numbers as numbers.</summary>
internal static class SheetFile
{
    public static void Write(string path, params (string Name, object?[][] Rows)[] sheets)
    {
        var strings = new List<string>();
        var pages = sheets.Select(s => Sheet(s.Rows, strings)).ToList();
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        var types = string.Concat(sheets.Select((_, i) =>
            $"<Override PartName=\"/xl/worksheets/sheet{i + 1}.xml\" "
                + $"ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"));
        Add(zip, "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" "
                + "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            + "<Override PartName=\"/xl/workbook.xml\" "
            + "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
            + $"<Override PartName=\"/xl/sharedStrings.xml\" "
            + $"ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml\"/>{types}</Types>");
        const string Rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        Add(zip, "_rels/.rels", Relations($"<Relationship Id=\"r1\" Type=\"{Rel}/officeDocument\" Target=\"xl/workbook.xml\"/>"));
        Add(zip, "xl/_rels/workbook.xml.rels",
            Relations($"<Relationship Id=\"s\" Type=\"{Rel}/sharedStrings\" Target=\"sharedStrings.xml\"/>"
            + string.Concat(sheets.Select((_, i) =>
                $"<Relationship Id=\"r{i + 1}\" Type=\"{Rel}/worksheet\" Target=\"worksheets/sheet{i + 1}.xml\"/>"))));
        Add(zip, "xl/workbook.xml",
            $"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{Rel}\"><sheets>"
            + string.Concat(sheets.Select((s, i) =>
                $"<sheet name=\"{SecurityElement.Escape(s.Name)}\" sheetId=\"{i + 1}\" r:id=\"r{i + 1}\"/>")) + "</sheets></workbook>");
        for (var i = 0; i < pages.Count; i++)
        {
            Add(zip, $"xl/worksheets/sheet{i + 1}.xml", pages[i]);
        }

        Add(zip, "xl/sharedStrings.xml", "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
            + string.Concat(strings.Select(s => $"<si><t xml:space=\"preserve\">{SecurityElement.Escape(s)}</t></si>")) + "</sst>");
    }

    private static string Relations(string items) =>
        $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{items}</Relationships>";

    private static string Sheet(object?[][] rows, List<string> strings)
    {
        var text = new StringBuilder("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
        for (var r = 0; r < rows.Length; r++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<row r=\"{r + 1}\">");
            for (var c = 0; c < rows[r].Length; c++)
            {
                text.Append(Cell($"{(char)('A' + c)}{r + 1}", rows[r][c], strings));
            }

            text.Append("</row>");
        }

        return text.Append("</sheetData></worksheet>").ToString();
    }

    private static string Cell(string at, object? value, List<string> strings)
    {
        if (value is string { Length: > 0 } text && !text.StartsWith("#", StringComparison.Ordinal))
        {
            strings.Add(text);
            return FormattableString.Invariant($"<c r=\"{at}\" t=\"s\"><v>{strings.Count - 1}</v></c>");
        }

        return value switch
        {
            null or "" => "",
            string error => $"<c r=\"{at}\" t=\"e\"><v>{error}</v></c>",
            bool yes => $"<c r=\"{at}\" t=\"b\"><v>{(yes ? 1 : 0)}</v></c>",
            _ => FormattableString.Invariant($"<c r=\"{at}\"><v>{value}</v></c>"),
        };
    }

    private static void Add(ZipArchive zip, string name, string xml)
    {
        using var part = new StreamWriter(zip.CreateEntry(name).Open(), new UTF8Encoding(false));
        part.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" + xml);
    }
}
