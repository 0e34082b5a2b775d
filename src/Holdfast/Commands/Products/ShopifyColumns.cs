using Holdfast.Catalog.Core;

namespace Holdfast.Commands.Products;

/// <summary>
/// Shopify's product export, in its older form (<c>Handle</c>, <c>Variant SKU</c>...) and its newer one (<c>URL handle</c>, <c>SKU</c>...).
/// Rows of one handle are one product, named by the first of them; rows with a picture alone tell of no variant. See
/// help.shopify.com/en/manual/products/import-export/using-csv.
/// </summary>
internal sealed class ShopifyColumns(HeaderNames header, ImportOptions options) : ProductFormat(header, options)
{
    private const string NoOptions = "Default Title";

    private readonly ProductsByKey _products = new("handle");

    protected override string Origin => "Shopify's";

    private string Handle => Header.Has("Handle") ? "Handle" : "URL handle";

    public static bool Knows(HeaderNames header) =>
        (header.HasAll("Handle", "Title") || header.HasAll("URL handle", "Title"))
            && (header.Has("Variant Price") || header.HasAll("Price", "Option1 value"));

    protected override FileRow? Read(RowReading row)
    {
        var handle = row.Text(Handle, 255);
        // Some write the title on every row, and the names of the options on the first alone.
        if (row.TextOrNull("Title", 200) is { } title && _products.Find(handle) is null)
        {
            _products.Add(row, "Title", handle, new ForeignProduct(row.Line, title)
            {
                Category = row.TextOrNull("Type", 100)
                    ?? row.Checked(Either("Product Category"), ForeignTexts.Leaf(row.Raw("Product Category")), 100),
                Description = row.Checked(Either("Body (HTML)", "Description"),
                    ForeignTexts.Plain(row.Raw(Either("Body (HTML)", "Description"))), 10_000, lines: true),
                Active = row.BoolOrNull(Either("Published", "Published on online store")) != false
                    && row.TextOrNull("Status", 40)?.ToLowerInvariant() is null or "active",
                Options = [.. OptionColumns("Name").Select(c => row.TextOrNull(c, 40))],
            });
        }

        var values = OptionColumns("Value").Select(c => row.TextOrNull(c, 255)).ToList();
        var price = row.NumberOrNull(Either("Variant Price", "Price"));
        if (price is null && values.TrueForAll(v => v is null))
        {
            return null;
        }

        if (_products.Find(handle) is not { } product)
        {
            return row.Wrong<FileRow>("Title", $"no earlier row names the product '{RowReading.Shown(handle)}'");
        }

        return Row(row, handle, product, price ?? row.Text(Either("Variant Price", "Price"), 40),
            [.. values.TakeWhile(v => v is not null and not NoOptions).OfType<string>()]);
    }

    private FileRow Row(RowReading row, string handle, ForeignProduct product, string price, List<string> values)
    {
        var sku = row.TextOrNull(Either("Variant SKU", "SKU"), 100)
            ?? row.Checked(Either("Variant SKU", "SKU"), string.Join('-', values.Prepend(handle)), 100) ?? "";
        var attributes = values.Zip(product.Options).Where(p => p.Second is not null).DistinctBy(p => p.Second)
            .ToDictionary(p => p.Second!, p => p.First);
        if (row.TextOrNull(Either("Variant Barcode", "Barcode"), 100) is { } barcode)
        {
            // Shopify writes '0012, so that spreadsheets keep the zeros.
            attributes["barcode"] = barcode.TrimStart('\'');
        }

        // What was sold beyond the stock is below zero there.
        var quantity = Either("Variant Inventory Qty", "Inventory quantity");
        return new FileRow(row.Line, Options.Store!, price, new ProductRow(Guid.CreateVersion7(), Guid.CreateVersion7(), product.Name, sku)
        {
            VariantName = values.Count == 0 ? null : row.Checked("Option1 Value", string.Join(" / ", values), 200),
            Category = product.Category,
            Description = product.Description,
            Active = product.Active,
            Attributes = attributes,
        }, row.Raw(quantity).StartsWith('-') ? null : row.CountOrNull(quantity, 0, MaxQuantity), DefaultReference);
    }

    private static IEnumerable<string> OptionColumns(string what) => Enumerable.Range(1, 3).Select(i => $"Option{i} {what}");

    private string Either(string older, string newer = "") => newer.Length == 0 || Header.Has(older) ? older : newer;
}
