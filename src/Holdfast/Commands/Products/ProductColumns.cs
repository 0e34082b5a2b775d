using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;

namespace Holdfast.Commands.Products;

/// <summary>Our own columns, found by the names in the header (docs/import-products.md).</summary>
internal sealed class ProductColumns : ProductFormat
{
    public const string AttributePrefix = "attribute:";

    /// <summary>The most characters of an attribute's name.</summary>
    public const int MaxAttribute = 40;

    private static readonly string[] Required = ["store", "product", "sku", "price"];
    private static readonly string[] Optional = ["name", "category", "description", "active", "purchaseLimit", "quantity", "reference"];
    private static readonly HashSet<string> Known = [.. Required.Concat(Optional).Select(HeaderNames.Key)];

    private readonly List<(string Column, string Attribute)> _attributes;

    private ProductColumns(HeaderNames header, ImportOptions options) : base(header, options) =>
        _attributes = [.. header.Names.Where(n => AttributeOf(n) is not null).Select(n => (n, AttributeOf(n)!))];

    protected override string Origin => "our own";

    /// <exception cref="StartupException">A column is missing, unknown or there twice: one sentence tells all of it.</exception>
    public static ProductColumns FromHeader(string name, int line, HeaderNames header, ImportOptions options)
    {
        var faults = new List<string>();
        string[] missing = [.. Required.Where(r => !header.Has(r) && !(r == "store" && options.Store is not null))];
        if (missing.Length > 0)
        {
            faults.Add($"there is no column {string.Join(", ", missing)}" + (missing.Contains("store") ? " (or say --store=SLUG)" : ""));
        }

        string[] unknown = [.. header.Names.Where(n => n.Length > 0 && !Known.Contains(HeaderNames.Key(n)) && AttributeOf(n) is null)
            .Select(RowReading.Shown)];
        if (unknown.Length > 0 && !options.IgnoreUnknown)
        {
            faults.Add($"not known: {string.Join(", ", unknown.Take(10))}{(unknown.Length > 10 ? " ..." : "")} (name a column "
                + $"{AttributePrefix}NAME to keep it, or say --ignore-unknown)");
        }

        if (header.Twice.Count > 0)
        {
            faults.Add($"there twice: {string.Join(", ", header.Twice.Select(RowReading.Shown))}");
        }

        return faults.Count == 0 ? new ProductColumns(header, options)
            : throw new StartupException($"{name} line {line}: {string.Join("; ", faults)}; docs/import-products.md names the columns.");
    }

    protected override FileRow Read(RowReading row) =>
        new(row.Line, Header.Has("store") ? row.Text("store", 63) : Options.Store!, row.NumberOrNull("price") ?? row.Text("price", 40),
        new ProductRow(Guid.CreateVersion7(), Guid.CreateVersion7(), row.Text("product", 200), row.Text("sku", 100))
        {
            VariantName = row.TextOrNull("name", 200),
            Category = row.TextOrNull("category", 100),
            Description = row.TextOrNull("description", 10_000, lines: true),
            Active = row.BoolOrNull("active"),
            PurchaseLimit = row.CountOrNull("purchaseLimit", 1, 1_000_000),
            Attributes = Attributes(row),
        },
        row.CountOrNull("quantity", 0, MaxQuantity), row.TextOrNull("reference", 200) ?? DefaultReference);

    private SortedDictionary<string, string> Attributes(RowReading row)
    {
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (column, attribute) in _attributes)
        {
            if (row.TextOrNull(column, 500) is { } value)
            {
                attributes[attribute] = value;
            }
        }

        return attributes;
    }

    /// <summary>The attribute that a column is of; null for another column.</summary>
    private static string? AttributeOf(string name) =>
        name.StartsWith(AttributePrefix, StringComparison.OrdinalIgnoreCase)
            && name[AttributePrefix.Length..].Trim() is { Length: > 0 and <= MaxAttribute } attribute
            && JsonBodyReader.IsClean(attribute) ? attribute : null;
}
