using Holdfast.Identity.Secrets;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Webhooks;
using Holdfast.Webhooks.Sending;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Webhooks;

/// <summary>
/// Endpoints that are slow, or hang, leave room for others; a sender that dies repeats what it had begun under the same id.
/// </summary>
[Slow]
public sealed class WebhookTurnTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private Receiver _slow = null!;
    private Receiver _other = null!;

    private Db Db => _server.Db;

    public async ValueTask InitializeAsync()
    {
        // Nothing is sent automatically.
        _server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Postgres), s => s.RemoveWorker<WebhookSender>());
        (_slow, _other) = (await Receiver.StartAsync(), await Receiver.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await (_slow?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_other?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task One_for_which_there_is_always_more_leaves_others_their_turn()
    {
        var (shop, others) = (await Shop.CreateAsync(Db, 100), await Shop.CreateAsync(Db, 100));
        var endpoint = await SubscribeAsync(Db, shop, _slow);
        await SubscribeAsync(Db, others, _other);
        for (var i = 0; i < 4; i++)
        {
            await shop.OrderAsync(_server.Guest);
        }

        await Until.TrueAsync("they are queued", async () => await QueuedAsync(endpoint) == 4);

        // Whatever it takes is asked for again: without turns this would not end.
        _slow.Answer = async _ =>
            await Db.WriteAsync(async tx =>
            await tx.ExecuteAsync(
            "UPDATE webhook_deliveries SET status = 'pending', attempts = 0, next_attempt_at = $2 WHERE endpoint_id = $1",
            endpoint, await tx.NowAsync()));
        using var sender = Sender(endpointsAtOnce: 1);
        await sender.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("it is at work", () => _slow.All.Count > 8);
        await others.OrderAsync(_server.Guest);
        await Until.TrueAsync("the other has its turn", () => _other.All.Count == 1);
        await sender.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_store_whose_endpoints_all_hang_takes_a_part_of_the_room_only()
    {
        var (shop, others) = (await Shop.CreateAsync(Db, 100), await Shop.CreateAsync(Db, 100));
        var hanging = new TaskCompletionSource();
        _slow.Answer = _ => hanging.Task;
        for (var i = 0; i < 12; i++)
        {
            await SubscribeAsync(Db, shop, _slow);
        }

        await SubscribeAsync(Db, others, _other);
        await shop.OrderAsync(_server.Guest);
        using var sender = Sender(endpointsAtOnce: 12);
        await sender.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("they hang", () => _slow.All.Count == 8);
        await others.OrderAsync(_server.Guest);
        await Until.TrueAsync("the other has its own", () => _other.All.Count == 1);
        Assert.Equal(8, _slow.All.Count);
        hanging.SetResult();
        await Until.TrueAsync("all have theirs", () => _slow.All.Count == 12);
        await sender.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_sender_that_is_killed_repeats_what_it_had_begun_under_the_same_id()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var shop = await Shop.CreateAsync(database.Db, 100);
        await SubscribeAsync(database.Db, shop, _slow);
        var hanging = new TaskCompletionSource();
        _slow.Answer = _ => hanging.Task;
        var environment = new Dictionary<string, string> { ["WEBHOOKS_ALLOW_PRIVATE"] = "on" };
        await using (var killed = await ServerProcess.StartAsync(database.Url, environment))
        {
            await shop.OrderAsync(killed.Client);
            await Until.TrueAsync("it has arrived", () => _slow.All.Count == 1);
            await killed.KillAsync();
        }

        hanging.SetResult();
        await using var next = await ServerProcess.StartAsync(database.Url, environment);

        // Its lease of two minutes is not waited for.
        Assert.Equal(0,
            await database.Db.ReadAsync(async s =>
            await s.FirstAsync("SELECT COUNT(*) FROM webhook_deliveries WHERE next_attempt_at > $1", r => r.Long(0), await s.NowAsync()
            + TimeSpan.FromMinutes(3))));
        await database.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE webhook_deliveries SET next_attempt_at = $1", await tx.NowAsync()));
        await Until.TrueAsync("it has been delivered",
            async () => await database.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'delivered'", r => r.Long(0))) == 1);
        Assert.Equal(2, _slow.All.Count);
        Assert.Equal((_slow.All[0].Id, _slow.All[0].Body), (_slow.All[1].Id, _slow.All[1].Body));
    }

    [Fact]
    public async Task A_sender_that_is_stopped_notes_what_is_answered_and_gives_the_rest_back()
    {
        var shop = await Shop.CreateAsync(Db, 100);
        var endpoint = await SubscribeAsync(Db, shop, _slow);
        var (hanging, late, begun) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        _slow.Answer = _ => Interlocked.Increment(ref begun) switch { 1 => Task.CompletedTask, 2 => late.Task, _ => hanging.Task };
        for (var i = 0; i < 3; i++)
        {
            await shop.OrderAsync(_server.Guest);
        }

        await Until.TrueAsync("they are queued", async () => await QueuedAsync(endpoint) == 3);
        using var sender = Sender(endpointsAtOnce: 1);
        await sender.StartAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("all are under way", () => _slow.All.Count == 3);
        var stopping = sender.StopAsync(TestContext.Current.CancellationToken);
        late.SetResult();
        await stopping;
        Assert.Equal([("delivered", 1), ("delivered", 1), ("pending", 0)], await Db.ReadAsync(s => s.QueryAsync(
            "SELECT status, attempts FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY status", r => (r.Text(0), r.Int(1)),
            endpoint)));
        hanging.SetResult();
        using var next = Sender(endpointsAtOnce: 1);
        Assert.Equal(1, await next.SendOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(4, _slow.All.Count);
    }

    [Fact]
    public async Task Resuming_one_that_is_not_paused_sends_nothing_again_that_is_on_its_way()
    {
        var shop = await Shop.CreateAsync(Db, 100);
        var endpoint = await SubscribeAsync(Db, shop, _slow);
        var answer = new TaskCompletionSource();
        _slow.Answer = _ => answer.Task;
        await shop.OrderAsync(_server.Guest);
        await Until.TrueAsync("it is queued", async () => await QueuedAsync(endpoint) == 1);
        await Db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE webhook_endpoints SET failing_since = $1", await tx.NowAsync()));
        using var sender = Sender(endpointsAtOnce: 1);
        var sending = sender.SendOnceAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync("it is under way", () => _slow.All.Count == 1);

        var (status, resumed, _) = await Shop.PostAsync(_server.Admin, $"/webhook-endpoints/{endpoint}/resume", null);
        Assert.Equal((200, "active"), (status, resumed.GetProperty("status").GetString()));
        using var other = Sender(endpointsAtOnce: 1);
        Assert.Equal(0, await other.SendOnceAsync(TestContext.Current.CancellationToken));
        answer.SetResult();
        Assert.Equal(1, await sending);
        Assert.Equal(("delivered", 1),
            (await Db.ReadAsync(s => s.FirstAsync("SELECT status FROM webhook_deliveries", r => r.Text(0))), _slow.All.Count));
    }

    [Fact]
    public async Task What_is_being_queued_while_its_endpoint_is_deleted_goes_with_it()
    {
        var shop = await Shop.CreateAsync(Db, 100);
        var endpoint = await SubscribeAsync(Db, shop, _slow);
        var order = (await shop.OrderAsync(_server.Guest)).Body.GetProperty("id").GetGuid();
        await Until.TrueAsync("it is queued", async () => await QueuedAsync(endpoint) == 1);
        var events = await Db.ReadAsync(s => EventTable.LoadAsync(s, [new EventKey(order, 1)]));
        Task<HttpResponseMessage> deleting;
        await using (var tx = await Db.BeginAsync())
        {
            await tx.MayIdleAsync();
            await new WebhooksConsumer().HandleAsync(tx, [events[0] with { Sequence = 2 }]);
            deleting = _server.Admin.DeleteAsync(new Uri($"/api/v1/webhook-endpoints/{endpoint}", UriKind.Relative),
                TestContext.Current.CancellationToken);
            await Until.TrueAsync("deleting waits for it, or has ended", async () => deleting.IsCompleted
                || await Db.ReadAsync(s => s.FirstAsync(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", r => r.Long(0)))
                > 0);
            await tx.CommitAsync();
        }

        using var deleted = await deleting;
        Assert.Equal((204, 0), ((int)deleted.StatusCode, await QueuedAsync(endpoint)));
    }

    private WebhookSender Sender(int endpointsAtOnce) =>
        new(Db, new WebhookTransport(new WebhookOptions { AllowPrivate = true }, TimeProvider.System), SecretBox.None,
        NullLogger<WebhookSender>.Instance)
        {
            EndpointsAtOnce = endpointsAtOnce,
            Turn = TimeSpan.FromMilliseconds(200),
        };

    private Task<long> QueuedAsync(Guid endpoint) =>
        Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1", r => r.Long(0), endpoint));

    /// <summary>An endpoint for placed orders.</summary>
    private static async Task<Guid> SubscribeAsync(Db db, Shop shop, Receiver receiver)
    {
        var id = Guid.CreateVersion7();
        await db.WriteAsync(async tx =>
            await tx.ExecuteAsync(
            "INSERT INTO webhook_endpoints (id, store_id, url, types, secret, is_sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            id, shop.StoreId, receiver.Url, "[\"order.created\"]", new byte[32], false, await tx.NowAsync()));
        return id;
    }
}
