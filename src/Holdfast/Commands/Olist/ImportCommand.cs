using System.CommandLine;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;
using Holdfast.Commands.Tables;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Olist;

/// <summary>
/// <c>import olist DIR</c>: stores, products and the stock that the orders need. What is there already stays as it is. Exit code 1 where
/// rows were bad.
/// </summary>
internal static class ImportCommand
{
    public static Command Command()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder of the data set: six files, olist_*_dataset.csv." };
        var number = TableFile.DecimalOption();
        var command = Database.Command("olist",
            "Import stores, products and stock of the Olist data set; 'replay olist' then places its orders.",
            (ParseResult parsed, Db db, CancellationToken ct) =>
                RunAsync(db, parsed.GetValue(folder)!, TableFile.ParseDecimal(parsed.GetValue(number)), ct));
        command.Arguments.Add(folder);
        command.Options.Add(number);
        return command;
    }

    private static async Task<int> RunAsync(Db db, string folder, DecimalMark mark, CancellationToken ct)
    {
        var data = await OlistFiles.ReadAsync(folder, ct, mark);
        OlistReport.BadRows(data);
        var plan = OlistPlanner.Plan(data);
        OlistReport.Counts(plan);

        var import = new OlistImport(db, plan, data.Products);
        var progress = new Progress("importing variants", plan.Variants.Count);
        try
        {
            await progress.ShowAsync(() => import.RunAsync(progress, ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Console.WriteLine("INTERRUPTED: run the same again to go on");
            OlistReport.Import(import);
            return 130;
        }

        OlistReport.Import(import);
        return data.BadRows.Count > 0 ? 1 : 0;
    }
}
