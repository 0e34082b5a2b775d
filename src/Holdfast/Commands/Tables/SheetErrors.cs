using System.IO.Compression;
using System.Xml;

namespace Holdfast.Commands.Tables;

/// <summary>
/// Finds the cells of an .xlsx sheet that show an error such as <c>#N/A</c> (ECMA-376 part 1, 18.18.11). ExcelDataReader 3.6 gives them
/// as empty cells, and so what has gone wrong in the spreadsheet would leave out a price.
/// </summary>
internal static class SheetErrors
{
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>What the cells show, by row and column, both from 1; empty for a container of another kind.</summary>
    /// <param name="sheet">The name of the sheet.</param>
    public static IReadOnlyDictionary<(int Row, int Column), string> Of(Stream stream, string sheet)
    {
        var errors = new Dictionary<(int Row, int Column), string>();
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        if (PartOf(zip, sheet) is { } part && zip.GetEntry(part) is { } entry)
        {
            using var xml = XmlReader.Create(entry.Open(), new XmlReaderSettings { CloseInput = true });
            Collect(xml, errors);
        }

        return errors;
    }

    private static void Collect(XmlReader xml, Dictionary<(int Row, int Column), string> errors)
    {
        var (row, column) = (0, 0);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (xml.LocalName == "row")
            {
                (row, column) = (int.TryParse(xml.GetAttribute("r"), out var number) ? number : row + 1, 0);
            }
            else if (xml.LocalName == "c")
            {
                column = Column(xml.GetAttribute("r")) ?? column + 1;
                if (xml.GetAttribute("t") == "e" && !xml.IsEmptyElement)
                {
                    errors[(row, column)] = Value(xml);
                }
            }
        }
    }

    private static string Value(XmlReader xml)
    {
        using var cell = xml.ReadSubtree();
        return cell.ReadToDescendant("v", xml.NamespaceURI) ? cell.ReadElementContentAsString() : "";
    }

    /// <summary>28 for <c>AB12</c>.</summary>
    private static int? Column(string? reference)
    {
        var column = 0;
        foreach (var letter in (reference ?? "").TakeWhile(char.IsAsciiLetterUpper))
        {
            column = (column * 26) + letter - 'A' + 1;
        }

        return column == 0 ? null : column;
    }

    private static string? PartOf(ZipArchive zip, string sheet)
    {
        var id = Find(zip, "xl/workbook.xml", "sheet", x => x.GetAttribute("name") == sheet ? x.GetAttribute("id", Relationships) : null);
        var target = id is null ? null
            : Find(zip, "xl/_rels/workbook.xml.rels", "Relationship", x => x.GetAttribute("Id") == id ? x.GetAttribute("Target") : null);
        return target is null ? null : target.StartsWith('/') ? target[1..] : $"xl/{target}";
    }

    /// <summary>What the first element of the name gives for which there is something.</summary>
    private static string? Find(ZipArchive zip, string part, string element, Func<XmlReader, string?> get)
    {
        if (zip.GetEntry(part) is not { } entry)
        {
            return null;
        }

        using var xml = XmlReader.Create(entry.Open(), new XmlReaderSettings { CloseInput = true });
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == element && get(xml) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
