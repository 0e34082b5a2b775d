using System.CommandLine;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;
using Holdfast.Commands.Tables;
using Holdfast.Commands.Tables.Core;
using Holdfast.Configuration;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Olist;

/// <summary>
/// <c>replay olist DIR</c>: the real orders through a running engine. Exit codes: 0 every total, payment and status is as recorded; 1
/// something is not; 130 interrupted, run it again to go on.
/// </summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Command Command()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder of the data set." };
        var rate = new Option<double?>("--rate") { Description = "Orders to begin per second, in the order of their purchase." };
        var fast = new Option<bool>(
            "--as-fast-as-possible")
        {
            Description =
            "As fast as they are answered, in the order of their purchase; so it is without --rate, too."
        };
        var concurrency = new Option<int>("--concurrency") { Description = "Orders under way at once.", DefaultValueFactory = _ => 32 };
        var factor = new Option<decimal>(
            "--stock-factor")
        {
            Description = "Lower the stock to this share first; 0.5 leaves enough for about half.",
            DefaultValueFactory = _ => 1m
        };
        var number = TableFile.DecimalOption();
        var where = new DeploymentOptions();
        var olist = Database.Command("olist", "Place the real orders of the Olist data set, pay them and bring them to their statuses.",
            (parsed, settings, ct) =>
        {
            if (parsed.GetValue(rate) is { } given && (parsed.GetValue(fast) || given is not (> 0 and < 1e6)))
            {
                throw new StartupException("--rate: give a number above 0, and not --as-fast-as-possible beside it.");
            }

            var options = new ReplayOptions(parsed.GetValue(concurrency), parsed.GetValue(rate), parsed.GetValue(factor));
            return options.Concurrency is < 1 or > 4096 ? throw new StartupException("--concurrency: must be from 1 to 4096.")
                : options.StockFactor is < 0 or > 1 ? throw new StartupException("--stock-factor: must be from 0 to 1.")
                : RunAsync((parsed.GetValue(folder)!, TableFile.ParseDecimal(parsed.GetValue(number))), where, parsed, settings, options,
                    ct);
        });
        olist.Arguments.Add(folder);
        foreach (var option in new Option[] { rate, fast, concurrency, factor, number })
        {
            olist.Options.Add(option);
        }

        where.AddTo(olist);
        return new Command("replay", "Place recorded orders through the running engine.") { olist };
    }

    private static async Task<int> RunAsync((string Folder, DecimalMark Mark) source, DeploymentOptions where, ParseResult parsed,
        Settings settings, ReplayOptions options,
        CancellationToken ct)
    {
        var data = await OlistFiles.ReadAsync(source.Folder, ct, source.Mark);
        OlistReport.BadRows(data);
        var plan = OlistPlanner.Plan(data);
        OlistReport.Counts(plan);

        await using var deployment = await where.OpenAsync(parsed, settings, settings.DatabaseUrl,
            new Dictionary<string, string> { ["RATE_LIMITS"] = "off" }, ct);
        using var client = new ShopClient(deployment.Address, deployment.SignIn, options.Concurrency, Patience);
        var replay = new OlistReplay(client, plan, options);
        if (await replay.FindVariantsAsync(ct) is > 0 and var missing)
        {
            throw new StartupException($"{missing} of {plan.Variants.Count} variants are not in the catalog of {deployment.Address}: "
                + $"run 'import olist {source.Folder}' over its database first.");
        }

        if (options.StockFactor < 1)
        {
            var lowering = new Progress("lowering stock", plan.Variants.Count);
            var tooFew = 0;
            await lowering.ShowAsync(async () => tooFew = await replay.LowerStockAsync(lowering, ct));
            if (tooFew > 0)
            {
                throw new StartupException($"--stock-factor is for a fresh import: {tooFew} variants have sold what is to be taken away.");
            }
        }

        var progress = new Progress("replaying", plan.Orders.Count)
        {
            Note = () =>
            $"({replay.Tally.Refused} refused, {replay.Tally.Deviations} deviations)"
        };
        var interrupted = false;
        try
        {
            await progress.ShowAsync(() => replay.RunAsync(progress, ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            interrupted = true;
        }

        OlistReport.Replay(plan, replay, client, interrupted);
        return interrupted ? 130 : replay.Tally.Deviations > 0 || data.BadRows.Count > 0 ? 1 : 0;
    }
}
