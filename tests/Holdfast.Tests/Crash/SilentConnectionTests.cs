using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// Nothing comes back over a connection, and nobody closes it: a firewall has forgotten it, a cable is out, or PostgreSQL stands still.
/// </summary>
public sealed class SilentConnectionTests
{
    private const int Callers = 16;

    /// <summary>How many batches of one store may be under way.</summary>
    private const int Workers = 2;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Reports may take as long as a statement may; whoever reads waits longer for an answer than whoever buys.</summary>
    private static readonly TimeSpan LongerThanStatements = TimeSpan.FromSeconds(40);

    /// <summary>With few connections, those that are never answered are all that a pool may have.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("Maximum%20Pool%20Size=6")]
    public async Task Where_only_the_old_connections_are_silent_orders_are_placed_over_new_ones(string options)
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        await using var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        var (shop, server) = await StartAsync(test.Db, new UriBuilder(test.Url) { Port = proxy.Port, Query = options }.Uri.ToString());
        await using var _ = server;
        proxy.HushOpen();
        var first = await InTimeAsync(server, () => OrderAsync(shop, server, "first"));
        Assert.True(first.Status == 201, first.Text);
        var more = await InTimeAsync(server, () =>
            Task.WhenAll(Enumerable.Range(0, Callers).Select(i => OrderAsync(shop, server, $"more{i}"))));
        Assert.All(more, o => Assert.True(o.Status == 201, o.Text));
        await AssertPlacedAsync(test.Db, shop, Callers + Callers + 1);
    }

    [Fact]
    public async Task Where_all_connections_are_silent_callers_are_told_soon_and_then_it_goes_on()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        await using var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        var (shop, server) = await StartAsync(test.Db, new UriBuilder(test.Url) { Port = proxy.Port }.Uri.ToString());
        await using var _ = server;
        proxy.Hush();
        await AssertRefusedAndThenPlacedAsync(shop, server, proxy.Restore);
        await AssertPlacedAsync(test.Db, shop, Callers + Callers);
    }

    [Fact]
    public async Task While_PostgreSQL_stands_still_callers_are_told_soon_and_then_it_goes_on()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        await using var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var (shop, server) = await StartAsync(db, postgres.Url("shop"));
        await using var _ = server;
        await postgres.PauseAsync();
        await AssertRefusedAndThenPlacedAsync(shop, server, postgres.Resume);
        await AssertPlacedAsync(db, shop, Callers + Callers);
    }

    [Fact]
    public async Task Where_all_connections_are_silent_each_kind_of_change_is_refused_soon_and_done_once_afterwards()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        await using var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        var (_, server) = await StartAsync(test.Db, new UriBuilder(test.Url) { Port = proxy.Port }.Uri.ToString());
        await using var _ = server;
        var each = await EachChange.StartAsync(server, test.Db);
        await each.GoThroughAsync(() => Now(proxy.Hush), () => Now(proxy.Restore));
        await Audit.VerifyAsync(test.Db);
    }

    /// <summary>Those who come while the workers wait for their COMMITs would have to wait for their own after that.</summary>
    [Fact]
    public async Task Where_no_COMMIT_is_answered_those_who_queue_behind_one_are_told_as_soon()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        var (proxy, url) = await CommitProxy.BeforeAsync(test);
        await using var way = proxy;
        // Each caller has stock of their own, so that nobody waits for a row.
        var shop = await Shop.CreateAsync(test.Db, [.. Enumerable.Repeat(1L, Callers)]);
        await using var server = await ServerProcess.StartAsync(url, AdminSession.Settings, null, "--roles", "api");
        await OrderOfAsync(0);
        var withheld = proxy.Withheld;
        proxy.Withholds = true;
        var told = new List<Task<Told>>();
        for (var worker = 1; worker <= Workers; worker++)
        {
            told.Add(TellAsync(worker));
            await Until.TrueAsync("its COMMIT is withheld", () => proxy.Withheld >= withheld + worker);
        }

        told.AddRange(Enumerable.Range(Workers + 1, Callers - Workers - 1).Select(TellAsync));
        Assert.All(await Task.WhenAll(told), t => Assert.True(t.IsNotNow, $"{t}"));
        proxy.Withholds = false;
        for (var i = 0; i < Callers; i++)
        {
            await Until.TrueAsync($"order {i} is placed", async () => (await OrderOfAsync(i)).Status == 201, 30);
        }

        await AssertPlacedAsync(test.Db, shop, Callers);

        Task<Told> TellAsync(int caller) => InTimeAsync(server, () => OrderOfAsync(caller));

        async Task<Told> OrderOfAsync(int caller)
        {
            var order = shop.Body((caller, 1));
            order["customer"] = new JsonObject { ["email"] = $"caller{caller}@example.com" };
            var (status, body, response) = await shop.OrderAsync(server.Client, order, $"caller{caller}");
            using (response)
            {
                return Told.Of(status, body, response);
            }
        }
    }

    /// <summary>Only what was sent before is lost: the way is open for those who try again.</summary>
    [Fact]
    public async Task Where_only_the_old_connections_are_silent_each_kind_of_change_is_done_over_new_ones()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        await using var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        var (_, server) = await StartAsync(test.Db, new UriBuilder(test.Url) { Port = proxy.Port }.Uri.ToString());
        await using var _ = server;
        var each = await EachChange.StartAsync(server, test.Db);
        await each.GoThroughAsync(() => Now(proxy.HushOpen), () => Now(proxy.Restore), mayBeDone: true);
        await Audit.VerifyAsync(test.Db);
    }

    [Fact]
    public async Task Where_all_connections_are_silent_readers_are_told_when_no_statement_takes_as_long()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        await using var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        var (_, server) = await StartAsync(test.Db, new UriBuilder(test.Url) { Port = proxy.Port }.Uri.ToString());
        await using var running = server;
        var path = $"/orders/{Guid.CreateVersion7()}";
        proxy.Hush();
        var read = await InTimeAsync(server, () => ReadAsync(server, path), LongerThanStatements);
        Assert.True(read.IsNotNow, read.Text);
        proxy.Restore();
        await Until.TrueAsync("it reads again", async () => (await ReadAsync(server, path)).Status == 404, 20);
    }

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>A server that has placed an order for each caller at once, so that it has several connections.</summary>
    private static async Task<(Shop Shop, ServerProcess Server)> StartAsync(Db db, string url)
    {
        var shop = await Shop.CreateAsync(db, 1_000);
        var server = await ServerProcess.StartAsync(url, AdminSession.Settings);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => OrderAsync(shop, server, $"before{i}"))),
            o => Assert.True(o.Status == 201, o.Text));
        return (shop, server);
    }

    private static async Task AssertRefusedAndThenPlacedAsync(Shop shop, ServerProcess server, Action goOn)
    {
        var refused = await InTimeAsync(server, () =>
            Task.WhenAll(Enumerable.Range(0, Callers).Select(i => OrderAsync(shop, server, $"during{i}"))));
        Assert.All(refused, r => Assert.True(r is { Status: 503, HasRetryAfter: true }, $"{r}"));
        goOn();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Callers; i++)
        {
            await Until.TrueAsync("an order is placed", async () =>
            {
                var told = await OrderAsync(shop, server, $"during{i}");
                return told.IsProper ? told.Status == 201 : throw new InvalidOperationException($"{told}");
            }, 20);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    private static async Task AssertPlacedAsync(Db db, Shop shop, int orders)
    {
        Assert.Equal(orders, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
        await Audit.VerifyAsync(db);
    }

    private static async Task<T> InTimeAsync<T>(ServerProcess server, Func<Task<T>> work, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        await using var lateness = Lateness.Watch();
        var result = work();
        var most = limit ?? Soon;
        await Task.WhenAny(result, Task.Delay(2 * most));
        var last = string.Join('\n', server.Output.Split('\n').TakeLast(30));
        // Two sides wait for one another.
        Assert.True(clock.Elapsed < most + (2 * lateness.Worst),
            $"it took {clock.Elapsed}, the machine was {lateness.Worst} late:\n{last}");
        return await result;
    }

    private static async Task<Told> OrderAsync(Shop shop, ServerProcess server, string key)
    {
        var (status, body, response) = await shop.OrderAsync(server.Client, key: key);
        using (response)
        {
            return Told.Of(status, body, response);
        }
    }

    private static async Task<Told> ReadAsync(ServerProcess server, string path)
    {
        using var answer = await server.Client.GetAsync(new Uri(server.Address, $"/api/v1{path}"));
        return new Told((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter is not null);
    }
}
