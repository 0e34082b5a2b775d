using System.Text;
using Holdfast.Commands;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>An import beside a running server: two processes that write to one SQLite file.</summary>
[Slow]
public sealed class ImportBesideServerTests
{
    private const int Rows = 6_000;
    private const int Buyers = 4;
    private const long Stock = 1_000_000;

    [Fact]
    public async Task Both_finish_and_no_request_fails_or_waits_for_long()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        await using var server = await ServerProcess.StartAsync(database.Url);
        using var stop = new CancellationTokenSource();
        var buyers = Enumerable.Range(0, Buyers).Select(b => BuyAsync(rush, server.Address, b, stop.Token)).ToList();
        await Until.TrueAsync("orders are placed", () => rush.Answered > 50);

        // This process is the second one.
        var file = Path.Combine(Path.GetTempPath(), $"holdfast-{Guid.CreateVersion7():N}.csv");
        await File.WriteAllTextAsync(file, Csv(rush.Shop.StoreId));
        var before = rush.Answered;
        await using var lateness = Lateness.Watch();
        var output = new StringWriter();
        var db = database.Open();
        var code = await Task.Run(() => ImportProducts.RunAsync(db, file, output, default));
        var took = lateness.Elapsed;
        var during = rush.Answered - before;
        await stop.CancelAsync();
        var times = (await Task.WhenAll(buyers)).SelectMany(t => t).Order().ToList();
        File.Delete(file);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Rows} rows in {took}, {during} orders during it, the slowest took {times[^1]}");

        Assert.True(code == 0, output.ToString());
        Assert.Equal(Rows, await rush.Shop.CountAsync("SELECT COUNT(*) FROM stock_movements WHERE reference = 'spring'"));
        Assert.Equal(0, rush.Lost + rush.Unavailable);
        Assert.True(times[^1] < (took / 3) + (2 * lateness.Worst),
            $"an order took {times[^1]}, the import {took}, threads were late by up to {lateness.Worst}");
        Assert.True(during > 2 * Buyers, $"{during} orders during the import");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal((Stock, rush.Orders.Count), await rush.Shop.StockAsync(rush.Shop.Variant));
        await Audit.VerifyAsync(database.Db);
    }

    private static async Task<List<TimeSpan>> BuyAsync(Rush rush, Uri server, int buyer, CancellationToken stop)
    {
        var times = new List<TimeSpan>();
        while (!stop.IsCancellationRequested)
        {
            times.Add((await rush.PlaceAsync(server, $"buyer{buyer}-{times.Count}", $"buyer{buyer}@example.com", default, (0, 1))).Took);
        }

        return times;
    }

    private static string Csv(Guid store)
    {
        var text = new StringBuilder("store,product,sku,price,quantity,reference\n");
        for (var i = 0; i < Rows; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"s-{store:N},Import {i / 3},I-{i},{1000 + i},7,spring\n");
        }

        return text.ToString();
    }
}
