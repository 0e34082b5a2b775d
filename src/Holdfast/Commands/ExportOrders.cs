using System.CommandLine;
using CsvHelper;
using Holdfast.Commands.Shop;
using Holdfast.Orders;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary><c>export orders FILE.csv</c>: all orders, one row a line, written beside the file and put in its place when it is whole.</summary>
internal static class ExportOrders
{
    public static Command Command()
    {
        var file = new Argument<string>("FILE") { Description = "The CSV file to write; an existing one is replaced at the end." };
        var orders = Database.ReadingCommand("orders", "Write all orders to a CSV file, one row a line.", (parsed, db, ct) => RunAsync(db, parsed.GetValue(file)!, ct));
        orders.Arguments.Add(file);
        return new Command("export", "Write data to files.") { orders };
    }

    public static async Task<int> RunAsync(Db db, string file, CancellationToken ct)
    {
        var total = await OrderExport.CountAsync(db).ConfigureAwait(false);
        var progress = new Progress("export orders", total);
        var part = $"{file}.part";
        try
        {
            await progress.ShowAsync(() => WriteAsync(db, part, progress, ct)).ConfigureAwait(false);
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

        Console.WriteLine($"{progress.Done} orders in {file}");
        return 0;
    }

    private static async Task WriteAsync(Db db, string part, Progress progress, CancellationToken ct)
    {
        // A cell that a spreadsheet would take for a formula gets an apostrophe in front: OWASP, CSV injection.
        await using var csv = CsvWriter.Create(File.Create(part), new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: false);
        await csv.WriteRecordAsync([.. OrderExport.Header], ct).ConfigureAwait(false);
        await foreach (var (isFirst, cells) in OrderExport.ReadAsync(db, ct).ConfigureAwait(false))
        {
            await csv.WriteRecordAsync(cells, ct).ConfigureAwait(false);
            progress.Add(isFirst ? 1 : 0);
        }
    }
}
