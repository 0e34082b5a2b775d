using System.Diagnostics;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// <c>kill -9</c> of the server during load, at random moments. Buyers do not notice more than waiting. The shop's stock, the uses of its
/// code and the points of its members run out and come back, since orders are cancelled and expire after two seconds.
/// </summary>
[Slow]
public abstract class KillTests(Backend backend)
{
    private const int Kills = 50;
    private const int Guests = 8;
    private const int Members = 8;
    private const int CodeLimit = 8;
    private const long Points = 4;
    private static readonly long[] Stock = [400, 1_000_000, 300];
    private static readonly Dictionary<string, string> Settings = new() { ["ORDER_SESSION_DURATION_MINUTES"] = "0.03" };

    [Fact]
    public async Task Killed_at_random_moments_it_loses_nothing_and_doubles_nothing()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        await using var database = await TestDb.CreateAsync(backend);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        using var stop = new CancellationTokenSource();
        var port = Ports.Free();
        var address = new Uri($"http://127.0.0.1:{port}");
        await rush.Shop.AddCodeAsync(Rush.DiscountCode, "percent", 1250, limit: CodeLimit);
        await rush.Shop.AddProgramAsync(0, 100);
        Member[] members;
        await using (var server = await ServerProcess.StartAsync(database.Url, Settings, port))
        {
            members = await Member.RegisterAsync(server, database.Db, rush.Shop, Members, Points);
            await server.KillAsync();
        }

        var buyers = Enumerable.Range(0, Guests).Select(b => rush.BuyAsync(address, $"guest{b}", seed + b, stop.Token))
            .Concat(members.Select((m, b) => rush.BuyAsync(address, $"member{b}", seed + Guests + b, stop.Token, member: m))).ToList();
        var clock = Stopwatch.StartNew();
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = ServerProcess.Begin(database.Url, Settings, port);
            if (random.Next(8) == 0)
            {
                // Somewhere in its start.
                await Task.Delay(random.Next(800));
            }
            else
            {
                var goal = rush.Answered + random.Next(80);
                await Until.TrueAsync("orders are placed again", () => server.HasExited ? throw new InvalidOperationException(server.Output)
                    : rush.Answered > goal);
                await Task.Delay(random.Next(20));
            }

            await server.KillAsync();
        }

        await using var last = await ServerProcess.StartAsync(database.Url, Settings, port);
        var enough = rush.Answered + 50;
        await Until.TrueAsync("it goes on", () => rush.Answered > enough);
        await stop.CancelAsync();
        await Task.WhenAll(buyers);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills in {clock.Elapsed}; {rush.Answered} answers, {rush.Orders.Count} orders of which {rush.Cancelled.Count} "
            + "cancelled; "
            + $"{rush.Lost} attempts without an answer, {rush.Orders.Count(o => o is { Replayed: true, Tries: > 1 })} orders made by one "
            + $"of those; {rush.Unavailable} times 503; refused: {string.Join(", ", rush.Refused)}");
        Assert.NotEqual(0, rush.Lost);
        Assert.All(["discount_used_up", "insufficient_points"], code => Assert.NotEqual(0, rush.Refused.GetValueOrDefault(code)));

        await Audit.ServedAsync(rush, address);
        await Audit.HandedOnAsync(database.Db, rush);
        Assert.Equal(0, await last.TerminateAsync());
        await Audit.TablesAsync(database.Db, rush, Stock);
        await Audit.PromisesAsync(database.Db, rush, members, CodeLimit, Points);
    }
}

public sealed class Kill_on_sqlite() : KillTests(Backend.Sqlite);

public sealed class Kill_on_postgresql() : KillTests(Backend.Postgres);
