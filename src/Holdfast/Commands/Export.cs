using System.CommandLine;
using CsvHelper;
using Holdfast.Catalog.Storage;
using Holdfast.Commands.Shop;
using Holdfast.Orders.Administration;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary>
/// <c>export orders FILE.csv</c> and <c>export products FILE.csv</c>: one row a line or a variant, written beside the file and put in its
/// place when it is whole. Texts that a spreadsheet would take for formulas get an apostrophe in front.
/// </summary>
internal static class Export
{
    public static Command Command() => new("export", "Write data to files.") { Orders(), Products() };

    public static async Task<int> OrdersAsync(Db db, string file, bool bom, CancellationToken ct)
    {
        var progress = new Progress("export orders", await OrderExport.CountAsync(db));
        await WriteAsync(file, bom, OrderExport.Header, OrderExport.ReadAsync(db, ct), progress, ct);
        Console.WriteLine($"{progress.Done} orders in {file}");
        return 0;
    }

    public static async Task<int> ProductsAsync(Db db, string file, string? store, bool bom, CancellationToken ct)
    {
        var export = await ProductExport.OpenAsync(db, store, ct);
        if (store is not null && !export.HasStores)
        {
            throw new StartupException($"--store: there is no store '{store}'.");
        }

        var progress = new Progress("export products", await export.CountAsync());
        await WriteAsync(file, bom, export.Header, export.ReadAsync(ct), progress, ct);
        Console.WriteLine($"{progress.Done} products in {file}");
        return 0;
    }

    private static Command Orders()
    {
        var (file, bom) = (FileArgument(), BomOption());
        var command = Database.ReadingCommand("orders", "Write all orders to a CSV file, one row a line.", (parsed, db, ct) =>
            OrdersAsync(db, parsed.GetValue(file)!, parsed.GetValue(bom), ct));
        command.Arguments.Add(file);
        command.Options.Add(bom);
        return command;
    }

    private static Command Products()
    {
        var (file, bom) = (FileArgument(), BomOption());
        var store = new Option<string?>("--store") { Description = "The slug of a store; all stores where it is not given." };
        var command = Database.ReadingCommand("products",
            "Write all products to a CSV file, one row a variant, as 'import products' reads them.",
            (parsed, db, ct) => ProductsAsync(db, parsed.GetValue(file)!, parsed.GetValue(store), parsed.GetValue(bom), ct));
        command.Arguments.Add(file);
        command.Options.Add(store);
        command.Options.Add(bom);
        return command;
    }

    private static Argument<string> FileArgument() =>
        new("FILE") { Description = "The CSV file to write; an existing one is replaced at the end." };

    private static Option<bool> BomOption() => new("--bom") { Description = "Begin with a byte order mark, by which Excel knows UTF-8." };

    private static async Task WriteAsync(string file, bool bom, IReadOnlyList<string> header,
        IAsyncEnumerable<(bool IsFirst, string[] Cells)> rows, Progress progress, CancellationToken ct)
    {
        var part = $"{file}.part";
        try
        {
            await progress.ShowAsync(() => WriteRowsAsync(part, bom, header, rows, progress, ct));
            File.Move(part, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"FILE: {e.Message}");
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task WriteRowsAsync(string part, bool bom, IReadOnlyList<string> header,
        IAsyncEnumerable<(bool IsFirst, string[] Cells)> rows, Progress progress, CancellationToken ct)
    {
        await using var csv = CsvWriter.Create(PrivateFiles.Create(part), new CsvWriterOptions { WriteByteOrderMark = bom },
            leaveOpen: false);
        await csv.WriteRecordAsync([.. header], ct);
        await foreach (var (isFirst, cells) in rows)
        {
            await csv.WriteRecordAsync(cells, ct);
            progress.Add(isFirst ? 1 : 0);
        }
    }
}
