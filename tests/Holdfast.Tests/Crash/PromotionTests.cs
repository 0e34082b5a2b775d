using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// PostgreSQL has a synchronous standby, which takes over under load: once because the first server dies, once because it can no longer be
/// reached. The servers reach whichever it is through one address.
/// </summary>
public sealed class PromotionTests
{
    private const int Servers = 2;
    private const int Clients = 12;
    private const long Stock = 1_000_000;

    [Fact]
    public async Task What_was_acknowledged_is_there_once_when_a_standby_takes_over()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        await using var first = await PostgresServer.StartAsync();
        await first.ExecuteAsync("CREATE DATABASE shop");
        var (proxy, url) = CommitProxy.Before(first, first.Url("shop"));
        await using var _ = proxy;
        await using var db = Db.Open(url);
        await Migrations.ApplyAsync(db, Server.Modules);
        var shop = await Shop.CreateAsync(db, Stock, Stock, Stock);
        await using var servers = await ServerGroup.StartAsync(url, Servers);
        using var client = new RetryingClient(servers.Addresses);
        using var stop = new CancellationTokenSource();
        var load = await MixedLoad.CreateAsync(shop, client, servers.First, db);
        var clients = load.Start(Clients, seed, stop.Token);

        await using var second = await first.StandbyAsync();
        await WorkAsync(servers, load, random.Next(100, 200));
        await LostCommits.CrashAsync(first, proxy);
        await TakeOverAsync(second, proxy);
        await WorkAsync(servers, load, 100);

        await using var third = await second.StandbyAsync();
        await WorkAsync(servers, load, random.Next(100, 200));
        // The server that nobody reaches any more goes on for a while.
        await TakeOverAsync(third, proxy);
        await WorkAsync(servers, load, 100);

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        TestContext.Current.TestOutputHelper?.WriteLine(load.Summary(2));
        await new MixedAudit(db, load).RunAsync(Stock);
    }

    private static Task WorkAsync(ServerGroup servers, MixedLoad load, int requests)
    {
        var goal = load.Acknowledged + requests;
        return Until.TrueAsync("the servers work", () => servers.AllRun() && load.Acknowledged > goal, 120);
    }

    private static async Task TakeOverAsync(PostgresServer standby, TcpProxy proxy)
    {
        proxy.Break();
        await standby.PromoteAsync();
        proxy.Target = standby.Port;
        proxy.Restore();
    }
}
