using Holdfast.Commands.Tables;

namespace Holdfast.Commands.Products;

/// <summary>The fields of a header by their names, without regard to case, blanks, hyphens and underscores.</summary>
internal sealed class HeaderNames
{
    private readonly Dictionary<string, int> _places = [];

    public HeaderNames(TableRecord header)
    {
        Names = [.. header.Fields!.Select(f => f.Trim())];
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i].Length > 0 && !_places.TryAdd(Key(Names[i]), i))
            {
                Twice.Add(Names[i]);
            }
        }
    }

    /// <summary>As the file has them; an empty one names no column.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Names that the header has more than once.</summary>
    public List<string> Twice { get; } = [];

    // The name of an attribute counts as it is: size and Size are two.
    public static string Key(string name) => name.StartsWith(ProductColumns.AttributePrefix, StringComparison.OrdinalIgnoreCase)
        ? $"{ProductColumns.AttributePrefix}{name[ProductColumns.AttributePrefix.Length..].Trim()}"
        : string.Concat(name.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '_'))).ToLowerInvariant();

    public bool Has(string name) => _places.ContainsKey(Key(name));

    /// <summary>Whether all of the names are there.</summary>
    public bool HasAll(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!Has(name))
            {
                return false;
            }
        }

        return true;
    }

    public int? Place(string name) => _places.TryGetValue(Key(name), out var place) ? place : null;
}
