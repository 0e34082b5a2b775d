using System.Net;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>PostgreSQL is stopped under load and started again.</summary>
[Slow]
public sealed class OutageTests
{
    private const int Buyers = 16;
    private const long Stock = 1_000_000;

    [Fact]
    public async Task While_the_database_is_away_callers_get_503_and_then_it_goes_on_by_itself()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        await using var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Server.Modules);
        using var rush = new Rush(await Shop.CreateAsync(db, Stock, Stock));
        await using var server = await ServerProcess.StartAsync(postgres.Url("shop"));
        using var stop = new CancellationTokenSource();
        var buyers = Enumerable.Range(0, Buyers).Select(b => rush.BuyAsync(server.Address, $"buyer{b}", b, stop.Token)).ToList();
        await Until.TrueAsync("orders are placed", () => rush.Answered > 50);

        // SIGINT ends every session and rolls back; SIGQUIT is a crash.
        foreach (var signal in new[] { Shell.SigInt, Shell.SigQuit })
        {
            var refused = rush.Unavailable;
            await postgres.StopAsync(signal);
            await Until.TrueAsync("buyers are told", () => rush.Unavailable >= refused + Buyers);
            await using var lateness = Lateness.Watch();
            Assert.Equal(503, (await rush.GetAsync(server.Address, "/products")).Status);
            Assert.Equal(503, (await rush.GetAsync(server.Address, $"/orders/{Guid.CreateVersion7()}")).Status);
            lateness.Within(TimeSpan.FromSeconds(4));
            Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK),
                (await HealthAsync(server, "ready"), await HealthAsync(server, "live")));

            var answered = rush.Answered;
            await postgres.StartServerAsync();
            await Until.TrueAsync("orders are placed again", () => rush.Answered > answered + 50);
            await server.ReadyAsync();
        }

        // Stopped without its database, it ends all the same.
        await stop.CancelAsync();
        await Task.WhenAll(buyers);
        await Audit.ServedAsync(rush, server.Address);
        Assert.Equal(0, rush.Lost);
        await Audit.HandedOnAsync(db, rush);
        await postgres.StopAsync();
        using var giveUp = new CancellationTokenSource();
        var vain = Enumerable.Range(0, Buyers)
            .Select(b => rush.PlaceAsync(server.Address, $"vain{b}", "vain@example.com", giveUp.Token, (0, 1))).ToList();
        await Until.TrueAsync("they wait", () => rush.UnderWay == Buyers);
        await giveUp.CancelAsync();
        await using (var lateness = Lateness.Watch())
        {
            Assert.Equal(0, await server.TerminateAsync());
            lateness.Within(TimeSpan.FromSeconds(10), server.Output);
        }

        Assert.All(await Task.WhenAll(vain), v => Assert.Equal(0, v.Status));
        await postgres.StartServerAsync();
        await Audit.TablesAsync(db, rush, Stock, Stock);
    }

    private static async Task<HttpStatusCode> HealthAsync(ServerProcess server, string what)
    {
        using var answer = await server.Client.GetAsync(new Uri($"/health/{what}", UriKind.Relative));
        return answer.StatusCode;
    }
}
