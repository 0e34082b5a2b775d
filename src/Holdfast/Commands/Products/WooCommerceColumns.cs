using Holdfast.Catalog.Core;

namespace Holdfast.Commands.Products;

/// <summary>
/// WooCommerce's product export. A <c>simple</c> row is a product with one variant; a <c>variable</c> row names the product of the
/// <c>variation</c> rows that follow it, which name it in <c>Parent</c> by sku or <c>id:ID</c>. Grouped and external products have nothing
/// to sell here and are refused. See woocommerce.com/document/product-csv-importer-exporter.
/// </summary>
internal sealed class WooCommerceColumns(HeaderNames header, ImportOptions options) : ProductFormat(header, options)
{
    private readonly ProductsByKey _products = new("id or sku");

    protected override string Origin => "WooCommerce's";

    public static bool Knows(HeaderNames header) => header.HasAll("Type", "SKU", "Name", "Regular price");

    protected override FileRow? Read(RowReading row)
    {
        // "simple, virtual", "variation, downloadable".
        var type = row.Text("Type", 100).Split(',')[0].Trim().ToLowerInvariant();
        var (id, sku) = (row.TextOrNull("ID", 20), row.TextOrNull("SKU", 100));
        switch (type)
        {
            case "simple":
                var product = Product(row);
                _products.Add(row, "Name", id is null ? sku ?? product.Name : $"id:{id}", product);
                return Row(row, product, null, sku ?? (id is null ? row.Text("SKU", 100) : $"woo-{id}"));
            case "variable":
                _products.Add(row, "Name", id is null ? sku ?? row.Text("SKU", 100) : $"id:{id}", Product(row), sku);
                return null;
            case "variation":
                return Variation(row, sku ?? (id is null ? row.Text("SKU", 100) : $"woo-{id}"));
            default:
                return row.Wrong<FileRow>("Type",
                    $"'{RowReading.Shown(type)}' is not simple, variable or variation, and cannot be sold here");
        }
    }

    private FileRow? Variation(RowReading row, string sku) => row.Text("Parent", 100) is var parent && _products.Find(parent) is { } product
        ? Row(row, product, string.Join(" / ", Attributes(row).Select(a => a.Value)), sku)
        : row.Wrong<FileRow>("Parent", $"no earlier row is the product '{RowReading.Shown(parent)}'");

    private static ForeignProduct Product(RowReading row) => new(row.Line, row.Text("Name", 200))
    {
        Category = row.Checked("Categories", ForeignTexts.Leaf(row.Raw("Categories").Split(',')[0]), 100),
        Description = row.Checked("Description",
            ForeignTexts.Plain(row.Raw("Description") is { Length: > 0 } text ? text : row.Raw("Short description")), 10_000, lines: true),
        // 0 is private, -1 a draft.
        Active = row.Raw("Published") is "" or "1",
    };

    private FileRow Row(RowReading row, ForeignProduct product, string? name, string sku) =>
        new(row.Line, Options.Store!, row.NumberOrNull("Regular price") ?? row.Text("Regular price", 40),
            new ProductRow(Guid.CreateVersion7(), Guid.CreateVersion7(), product.Name, sku)
            {
                VariantName = name is null ? null : row.Checked("Attribute 1 value(s)", name, 200),
                Category = product.Category,
                Description = product.Description,
                Active = product.Active && row.Raw("Published") is "" or "1",
                Attributes = Attributes(row).DistinctBy(a => a.Key).ToDictionary(),
            }, row.Raw("Stock") is ['-', ..] or "parent" ? null : row.CountOrNull("Stock", 0, MaxQuantity), DefaultReference);

    /// <summary>In the order of the file, by which variations are named.</summary>
    private List<KeyValuePair<string, string>> Attributes(RowReading row)
    {
        var attributes = new List<KeyValuePair<string, string>>();
        for (var i = 1; Header.Has($"Attribute {i} name"); i++)
        {
            if (row.TextOrNull($"Attribute {i} name", ProductColumns.MaxAttribute) is { } name
                && row.TextOrNull($"Attribute {i} value(s)", 500) is { } value)
            {
                attributes.Add(new(name, value));
            }
        }

        return attributes;
    }
}
