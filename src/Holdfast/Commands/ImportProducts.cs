using System.CommandLine;
using System.Text;
using Holdfast.Catalog;
using Holdfast.Catalog.Core;
using Holdfast.Commands.Products;
using Holdfast.Inventory;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary>
/// <c>import products FILE.csv</c>: makes and changes products and variants, known by store and sku, so that running it again changes nothing.
/// A bad row is named and left out, and the others go on. A server may run on the same database meanwhile.
/// </summary>
internal sealed class ImportProducts
{
    private const int ProgressEvery = 10_000;

    private readonly TextWriter _output;
    private readonly string _name;
    private readonly Dictionary<(string Store, string Sku), int> _skus = [];
    private readonly Dictionary<(string Store, string Product), Said> _said = [];
    private readonly int[] _effects = new int[3];
    private int _rows;
    private int _bad;
    private int _products;
    private int _receipts;

    private ImportProducts(string file, TextWriter output) => (_name, _output) = (Path.GetFileName(file), output);

    /// <summary>What the rows so far say of a product as a whole, and where.</summary>
    private sealed record Said(int Line, string? Category, string? Description);

    private sealed record SliceResult(int Rows, int Products, List<RowEffect> Effects, List<BadField> Faults, int Receipts);

    public static Command Command()
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file; docs/import-products.md names its columns." };
        var command = Database.Command("products", "Import products, variants and their first stock from CSV.",
            (ParseResult parsed, Db db, CancellationToken ct) => RunAsync(db, parsed.GetValue(file)!, Console.Out, ct));
        command.Arguments.Add(file);
        return command;
    }

    /// <returns>0, or 1 when a row was refused.</returns>
    /// <exception cref="StartupException">The file cannot be opened.</exception>
    public static async Task<int> RunAsync(Db db, string file, TextWriter output, CancellationToken ct)
    {
        using var reader = Open(file);
        var import = new ImportProducts(file, output);
        try
        {
            await foreach (var slice in db.WriteInSlicesAsync(import.Rows(reader), WriteAsync, ct).ConfigureAwait(false))
            {
                import.Count(slice);
            }
        }
        finally
        {
            import.Summarise();
        }

        return import._bad == 0 ? 0 : 1;
    }

    private static StreamReader Open(string file)
    {
        try
        {
            // What is no UTF-8 becomes U+FFFD, and its row is refused.
            return new StreamReader(file, new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{file}: {e.Message}");
        }
    }

    /// <summary>The rows that are right as far as the file alone can tell.</summary>
    private IEnumerable<FileRow> Rows(TextReader reader)
    {
        ProductColumns? columns = null;
        foreach (var (line, fields, fault) in CsvRecords.Read(reader))
        {
            if (columns is null)
            {
                (columns, var faults) = fields is null ? (null, [new BadField(line, null, fault!)]) : ProductColumns.FromHeader(line, fields);
                faults.ToList().ForEach(Report);
                if (columns is null)
                {
                    yield break;
                }

                continue;
            }

            // Spreadsheets leave such rows behind.
            if (fields?.All(string.IsNullOrWhiteSpace) == true)
            {
                continue;
            }

            var (row, wrong) = fields is null ? (null, new BadField(line, null, fault!)) : columns.Read(line, fields);
            if ((row is null ? wrong : Contradiction(row)) is { } bad)
            {
                Report(bad);
            }
            else
            {
                yield return row!;
            }
        }

        if (columns is null)
        {
            Report(new BadField(1, null, "there is no header"));
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

    private static async Task<SliceResult> WriteAsync(Tx tx, IReadOnlyList<FileRow> rows)
    {
        var held = await ProductBooks.HoldStoresAsync(tx, [.. rows.Select(r => r.Store).Distinct()]).ConfigureAwait(false);
        var stores = held.ToDictionary(s => s.Slug, StringComparer.Ordinal);
        var book = await ProductBooks.OpenAsync(tx, [.. held.Select(s => s.Id)], [.. rows.Select(r => r.Product)]).ConfigureAwait(false);
        var (effects, faults, taken) = (new List<RowEffect>(), new List<BadField>(), new List<(Guid StoreId, FileRow Row)>());
        foreach (var row in rows)
        {
            if (!stores.TryGetValue(row.Store, out var store))
            {
                faults.Add(new BadField(row.Line, "store", $"there is no store '{row.Store}'"));
                continue;
            }

            var put = Put(book, store, row);
            if (put.IsOk)
            {
                effects.Add(put.Value);
                taken.Add((store.Id, row));
            }
            else
            {
                var (column, messages) = put.Error!.Fields!.First();
                faults.Add(new BadField(row.Line, column, messages[0]));
            }
        }

        await ProductBooks.InkAsync(tx, book).ConfigureAwait(false);
        return new SliceResult(rows.Count, book.Changes().Count(c => c.Before is null), effects, faults, await ReceiveAsync(tx, book, taken).ConfigureAwait(false));
    }

    private static Result<RowEffect> Put(ProductBook book, Store store, FileRow row)
    {
        var digits = Currencies.Digits(store.Currency)!.Value;
        return Money.Parse(row.Price, digits) is <= Money.MaxPrice and var price
            ? book.Put(store.Id, row.Product with { Price = price })
            : Errors.Invalid("price", $"'{ProductColumns.Shown(row.Price)}' is not an amount in {store.Currency}, such as {Money.Format(19900, digits)}");
    }

    private static async Task<int> ReceiveAsync(Tx tx, ProductBook book, List<(Guid StoreId, FileRow Row)> taken)
    {
        var receipts = 0;
        foreach (var delivery in taken.Where(t => t.Row.Quantity is not null).GroupBy(t => t.Row.Reference).OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            receipts += await StockWriter.ReceiveAsync(tx, [.. delivery.Select(t => (book.Find(t.StoreId, t.Row.Product.Sku).Id, t.StoreId, (long)t.Row.Quantity!))],
                delivery.Key, await tx.NowAsync().ConfigureAwait(false)).ConfigureAwait(false);
        }

        return receipts;
    }

    private void Count(SliceResult slice)
    {
        slice.Faults.ForEach(Report);
        slice.Effects.ForEach(e => _effects[(int)e]++);
        _products += slice.Products;
        _receipts += slice.Receipts;
        if (_rows / ProgressEvery != (_rows + slice.Rows) / ProgressEvery)
        {
            _output.WriteLine($"{_name}: {_rows + slice.Rows} rows so far");
        }

        _rows += slice.Rows;
    }

    private void Report(BadField bad)
    {
        _bad++;
        _output.WriteLine($"{_name} {bad}");
    }

    private void Summarise() => _output.WriteLine($"{_name}: {_effects[(int)RowEffect.Created]} variants created ({_products} new products), "
        + $"{_effects[(int)RowEffect.Changed]} changed, {_effects[(int)RowEffect.Unchanged]} as they were; {_receipts} receipts of stock; {_bad} rows refused.");
}
