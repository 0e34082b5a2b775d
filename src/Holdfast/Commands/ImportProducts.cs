using System.CommandLine;
using Holdfast.Catalog.Core;
using Holdfast.Commands.Products;
using Holdfast.Commands.Tables;
using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Commands;

/// <summary>
/// <c>import products FILE</c>: makes and changes products and variants, known by store and sku, so that running it again changes nothing.
/// The file is CSV or a spreadsheet, in our columns, Shopify's or WooCommerce's. A bad row is named and left out, and the others go on. A
/// server may run on the same database.
/// </summary>
internal sealed class ImportProducts
{
    private const int RowsOfATry = 1000;

    private readonly string _name;
    private readonly ImportReport _report;
    private readonly Dictionary<(string Store, string Sku), int> _skus = [];
    private readonly Dictionary<(string Store, string Product), Said> _said = [];

    private ImportProducts(string file, TextWriter output, ImportOptions options) =>
        (_name, _report) = (Path.GetFileName(file), new ImportReport(Path.GetFileName(file), output, options.DryRun));

    /// <summary>What the rows so far say of a product as a whole, and where.</summary>
    private sealed record Said(int Line, string? Category, string? Description);

    public static Command Command()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "CSV or .xlsx; docs/import-products.md names its columns. Exports of Shopify and WooCommerce are read, too."
        };
        var store = new Option<string?>("--store") { Description = "The slug of the store, where the file has no column store." };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Change nothing; say what would be created, changed, left and refused."
        };
        var unknown = new Option<bool>("--ignore-unknown") { Description = "Leave out columns that are not known." };
        var encoding = new Option<string?>("--encoding")
        {
            Description = "The encoding of a text file that is neither UTF-8 nor marked: windows-1258, windows-1252, utf-16le..."
        };
        var sheet = new Option<string?>("--sheet") { Description = "The sheet of a spreadsheet; the first one where it is not given." };
        var number = TableFile.DecimalOption();
        var command = Database.Command("products", "Import products, variants and their first stock from CSV or a spreadsheet.",
            (ParseResult parsed, Db db, CancellationToken ct) => RunAsync(db, parsed.GetValue(file)!, Console.Out, ct,
                new ImportOptions(parsed.GetValue(store), parsed.GetValue(dryRun), parsed.GetValue(unknown))
                {
                    Table = new TableOptions(parsed.GetValue(encoding), parsed.GetValue(sheet),
                        TableFile.ParseDecimal(parsed.GetValue(number))),
                }));
        command.Arguments.Add(file);
        foreach (var option in new Option[] { store, dryRun, unknown, encoding, sheet, number })
        {
            command.Options.Add(option);
        }

        return command;
    }

    /// <returns>0, or 1 when a row was refused or a receipt differs from what is booked.</returns>
    /// <exception cref="StartupException">The file cannot be opened, or cannot be read as products: nothing is imported.</exception>
    public static async Task<int> RunAsync(Db db, string file, TextWriter output, CancellationToken ct, ImportOptions? options = null)
    {
        options ??= new ImportOptions();
        using var table = TableFile.Open(file, options.Table);
        using var records = table.Records.GetEnumerator();
        var import = new ImportProducts(file, output, options);
        var format = records.MoveNext() ? ProductFormat.Of(import._name, records.Current, options)
            : throw new StartupException($"{import._name} is empty: a header is missing.");
        try
        {
            var rows = import.Rows(records, format);
            await foreach (var slice in (options.DryRun ? TryAsync(db, rows, ct)
                : db.WriteInSlicesAsync(rows, ProductWrites.WriteAsync, ct)))
            {
                import._report.Count(slice);
            }
        }
        finally
        {
            import._report.Summarise();
        }

        return import._report.HasFaults ? 1 : 0;
    }

    private static async IAsyncEnumerable<SliceResult> TryAsync(Db db, IEnumerable<FileRow> rows,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var book = new ProductBook([]);
        foreach (var slice in rows.Chunk(RowsOfATry))
        {
            yield return await db.ReadAsync(s => ProductWrites.TryAsync(s, book, slice), ct);
        }
    }

    /// <summary>The rows that are right as far as the file alone can tell.</summary>
    private IEnumerable<FileRow> Rows(IEnumerator<TableRecord> records, ProductFormat format)
    {
        while (records.MoveNext())
        {
            // Spreadsheets leave such rows behind.
            if (records.Current.Fields?.All(string.IsNullOrWhiteSpace) == true)
            {
                continue;
            }

            var (row, fault) = format.Read(records.Current);
            if (row is not null && Contradiction(row) is { } contradiction)
            {
                fault = contradiction;
            }

            if (fault is { } bad)
            {
                _report.Refuse(bad);
            }
            else if (row is not null)
            {
                yield return row;
            }
        }
    }

    /// <summary>What a row says against an earlier one.</summary>
    private BadField? Contradiction(FileRow row)
    {
        var (key, category, description) = ((row.Store, row.Product.Product), row.Product.Category, row.Product.Description);
        var said = _said.GetValueOrDefault(key) ?? new Said(row.Line, category, description);
        if (_skus.TryGetValue((row.Store, UnicodeText.Key(row.Product.Sku)), out var line))
        {
            return new BadField(row.Line, "sku", $"'{row.Product.Sku}' stands on line {line} already");
        }

        if (!UnicodeText.Names.Equals(category ?? said.Category, said.Category ?? category))
        {
            return new BadField(row.Line, "category", $"is another one than on line {said.Line} for the same product");
        }

        if ((description ?? said.Description) != (said.Description ?? description))
        {
            return new BadField(row.Line, "description", $"is another one than on line {said.Line} for the same product");
        }

        _skus.Add((row.Store, UnicodeText.Key(row.Product.Sku)), row.Line);
        _said[key] = new Said(said.Line, said.Category ?? category, said.Description ?? description);
        return null;
    }
}
