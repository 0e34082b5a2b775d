using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Commands.Drill.Core;
using Holdfast.Commands.Shop;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Drill;

/// <summary>
/// <c>drill</c>: a flash sale with faults. 100 pieces, 5,000 buyers, the server killed three times; then everything is counted from the
/// buyers' receipts. Exit code 1 on any deviation, 130 when interrupted.
/// </summary>
internal static class DrillCommand
{
    private const int Kills = 3;
    private const int Connections = 512;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Command Command()
    {
        var buyers = new Option<int>("--buyers") { Description = "How many buyers.", DefaultValueFactory = _ => 5000 };
        var seconds = new Option<double>("--seconds") { Description = "Over how many seconds they come.", DefaultValueFactory = _ => 30 };
        var seed = new Option<int?>("--seed") { Description = "The crowd and the moments of the kills; a run prints its own." };
        var where = new DeploymentOptions();
        var command = Database.Command("drill",
            "A flash sale with faults: prints what was sold, refused, doubled and lost, counted from the buyers' receipts.",
            async (parsed, settings, ct) =>
        {
            var (crowd, time) = (parsed.GetValue(buyers), parsed.GetValue(seconds));
            if (crowd is < 200 or > 100_000 || time is < 1 or > 180)
            {
                throw new StartupException("drill: --buyers must be from 200 to 100000, --seconds from 1 to 180.");
            }

            var chosen = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(Limit);
            await using var place = await DrillPlace.OpenAsync(where, parsed, settings, limit.Token);
            return await RunAsync(place.Deployment, crowd, time, chosen, limit.Token, ct);
        });
        foreach (var option in new Option[] { buyers, seconds, seed })
        {
            command.Options.Add(option);
        }

        where.AddTo(command);
        return command;
    }

    private static async Task<int> RunAsync(Deployment deployment, int buyers, double seconds, int seed, CancellationToken limit,
        CancellationToken interrupt)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{DrillShop.Stock} in stock, {buyers:N0} buyers within {seconds:0} s, "
            + $"{(deployment.Child is null ? "no kills" : $"{Kills} kills")}, seed {seed}, at {deployment.Address}"));
        var started = Stopwatch.GetTimestamp();
        using var client = new ShopClient(deployment.Address, deployment.SignIn, Connections, Patience);
        var shop = new DrillShop(client, Guid.CreateVersion7().ToString("N")[^12..]);
        var killer = deployment.Child is { } child ? new Killer(child, client, Kills, seconds, new Random(seed)) : null;
        Verdict? verdict = null;
        var isOver = false;
        try
        {
            await shop.OpenAsync(limit);
            await SellAsync(shop, BuyerPlan.Crowd(buyers, seconds, new Random(seed)), killer, limit);
            verdict = await SettleAsync(shop, limit);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            isOver = !interrupt.IsCancellationRequested;
        }

        var (verified, says) = deployment.DatabaseUrl is { } url && verdict is not null
            ? await ChildServer.RunAsync(url, ["verify"], interrupt) : (0, null);
        DrillReport.Print(shop, killer, verdict, isOver, verified, says, Stopwatch.GetElapsedTime(started));
        return verdict is null && !isOver ? 130 : verdict is { Deviations.Count: 0 } && verified == 0 ? 0 : 1;
    }

    private static async Task SellAsync(DrillShop shop, IReadOnlyList<BuyerPlan> crowd, Killer? killer, CancellationToken ct)
    {
        var progress = new Progress("buyers who are done",
            crowd.Count)
        { Note = () => $"({shop.Accepted} orders, {shop.Client.Retries} retries, {killer?.Outages.Count ?? 0} kills)" };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await progress.ShowAsync(() => Task.WhenAll([killer?.ActAsync(stop.Token) ?? Task.CompletedTask, .. crowd.Select(async plan =>
        {
            try
            {
                await Buyer.ActAsync(plan, shop, stop.Token);
                progress.Add();
            }
            catch (StartupException)
            {
                // What stops one buyer stops them all: it is said at once.
                await stop.CancelAsync();
                throw;
            }
        })]));
    }

    /// <summary>
    /// Waits until nothing is held any more for those who vanished, lets refused buyers come back for what that has freed (each piece must
    /// be sold: refusing what could be sold is a defect, too), and judges.
    /// </summary>
    private static async Task<Verdict> SettleAsync(DrillShop shop, CancellationToken ct)
    {
        var session = shop.Longest;
        var isShort = session > TimeSpan.Zero && session <= TimeSpan.FromSeconds(60);
        if (isShort)
        {
            Console.WriteLine("waiting until the last unpaid order has expired");
            await Task.Delay(session + TimeSpan.FromSeconds(1), ct);
        }

        for (var wait = 0; isShort && wait < 40 && await shop.PendingAsync(ct) > 0; wait++)
        {
            await Task.Delay(250, ct);
        }

        var overdue = isShort ? await shop.PendingAsync(ct) : 0;
        var left = await shop.AvailableAsync(ct);
        if (left > 0)
        {
            Console.WriteLine($"{left} are free again: refused buyers come back for them");
            var returning = Enumerable.Range(1, (int)(left * 2) + 10)
                .Select(n => new BuyerPlan(n, 0, 1, Habit.Pays, n % 3 == 0, 0, false, 0));
            await Task.WhenAll(returning.Select(plan => Buyer.BuyAsync(plan, "last", shop, ct)));
        }

        var verdict = DrillAudit.Judge(DrillShop.Stock, shop.Receipts, await shop.SeenAsync(ct), await shop.AvailableAsync(ct),
            wanted: true);
        return overdue == 0 ? verdict
            : verdict with { Deviations = [.. verdict.Deviations, $"{overdue} orders were still pending long after their time"] };
    }
}
