using System.Globalization;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// PostgreSQL crashes at random moments while three servers write to it, ten times, or as often as HOLDFAST_CRASHES says. Whatever a client
/// was told is so, once.
/// </summary>
public sealed class PostgresCrashTests
{
    private const int Servers = 3;
    private const int Clients = 16;
    private const long Stock = 1_000_000;

    private static readonly int Crashes =
        int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_CRASHES"), CultureInfo.InvariantCulture, out var given) ? given : 10;

    [Fact]
    public async Task What_was_acknowledged_is_there_once_whenever_the_database_crashes()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        await using var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var shop = await Shop.CreateAsync(db, Stock, Stock, Stock);
        var (proxy, url) = CommitProxy.Before(postgres, postgres.Url("shop"));
        await using var _ = proxy;
        await using var servers = await ServerGroup.StartAsync(url, Servers);
        using var client = new RetryingClient(servers.Addresses);
        using var stop = new CancellationTokenSource();
        var load = await MixedLoad.CreateAsync(shop, client, servers.First, db);
        var clients = load.Start(Clients, seed, stop.Token);
        for (var crash = 0; crash < Crashes; crash++)
        {
            var goal = load.Acknowledged + random.Next(20, 100);
            await Until.TrueAsync("the servers work", () => servers.AllRun() && load.Acknowledged > goal);
            await Task.Delay(random.Next(20));
            switch (crash % 3)
            {
                case 0:
                    await postgres.CrashAsync();
                    break;
                case 1:
                    // What pg_ctl stop -m immediate does.
                    await postgres.StopAsync(Shell.SigQuit);
                    break;
                default:
                    await LostCommits.CrashAsync(postgres, proxy);
                    break;
            }

            await postgres.StartServerAsync();
        }

        var enough = load.Acknowledged + 100;
        await Until.TrueAsync("it goes on", () => load.Acknowledged > enough);
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        TestContext.Current.TestOutputHelper?.WriteLine(load.Summary(Crashes));
        await new MixedAudit(db, load).RunAsync(Stock);
    }
}
