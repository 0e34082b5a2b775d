using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using RabbitMQ.Client;

namespace Holdfast.Tests.Messaging;

/// <summary>
/// A RabbitMQ that is killed, stopped, full, or loses a queue, under load: no order fails for it, and afterwards each event had its effect once
/// and in order. Kafka's part of this is in the suite of transports: its broker for tests keeps nothing over a kill.
/// </summary>
public sealed class BrokerFaultTests(BrokerFaultTests.OwnRabbit own) : IClassFixture<BrokerFaultTests.OwnRabbit>
{
    private const int Kills = 10;

    [Fact]
    public Task Killed_under_load_again_and_again() => UnderLoadAsync(async (rabbit, brokered, placed) =>
    {
        // Of a quorum queue that was declared within the last seconds RabbitMQ 3.10 has not everything on its disk: killed then, it may stay without a leader for good.
        var host = new Uri(brokered.RabbitUrl!).AbsolutePath[1..];
        await Until.TrueAsync("all consumers listen", async () =>
            (await rabbit.ControlAsync("list_queues", "-p", host, "name", "consumers")).Split('\n').Count(l => l.StartsWith("order_events.", StringComparison.Ordinal) && l.EndsWith("\t1", StringComparison.Ordinal)) >= 5);
        await rabbit.ControlAsync("eval", "[dets:sync(T) || T <- dets:all()].");

        // The next kill comes when it has just begun to catch up.
        for (var i = 0; i < Kills; i++)
        {
            await rabbit.KillAsync();
            var before = placed();
            await Until.TrueAsync("orders are placed while it is away", () => placed() > before + 5, 60);
            await rabbit.StartServerAsync();
        }
    });

    [Fact]
    public Task Stopped_and_continued() => UnderLoadAsync(async (rabbit, brokered, placed) =>
    {
        rabbit.Pause();
        try
        {
            var before = placed();
            await Until.TrueAsync("health says that it is degraded", async () => await HealthAsync(brokered) == "degraded", 60);
            await Until.TrueAsync("orders are placed all the same", () => placed() > before + 20, 30);
        }
        finally
        {
            rabbit.Resume();
        }

        await Until.TrueAsync("it is well again", async () => await HealthAsync(brokered) == "healthy", 60);
    });

    [Fact]
    public Task Full() => UnderLoadAsync(async (rabbit, brokered, placed) =>
    {
        await rabbit.ControlAsync("set_disk_free_limit", "100000GB");
        try
        {
            await Until.TrueAsync("health says that it is degraded", async () => await HealthAsync(brokered) == "degraded", 60);
            var before = placed();
            await Until.TrueAsync("orders are placed all the same", () => placed() > before + 20, 30);
            Assert.True(await Heard.RowsAsync(brokered.Database.Db, "deliveries") > 0);
        }
        finally
        {
            await rabbit.ControlAsync("set_disk_free_limit", "1MB");
        }

        await Until.TrueAsync("it is well again", async () => await HealthAsync(brokered) == "healthy", 60);
    });

    [Fact]
    public Task A_queue_that_is_deleted_comes_back_and_has_lost_nothing_for_us() => UnderLoadAsync(async (rabbit, brokered, _) =>
    {
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await rabbit.ConnectAsync(brokered.RabbitUrl);
            await using var channel = await connection.CreateChannelAsync();
            await channel.QueueDeleteAsync("order_events.heard", ifUnused: false, ifEmpty: false);
            await Until.TrueAsync("it is back", async () =>
            {
                await using var asking = await connection.CreateChannelAsync();
                try
                {
                    return (await asking.QueueDeclarePassiveAsync("order_events.heard")).ConsumerCount > 0;
                }
                catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
                {
                    return false;
                }
            }, 60);
        }
    });

    [Fact]
    public async Task Others_get_every_event_as_a_cloud_event_and_what_nobody_has_bound_is_kept_for_a_day()
    {
        await using var brokered = await Brokered.StartAsync(Backend.Sqlite, MessagingOptions.RabbitMq, await own.Server.HostAsync());
        await using var connection = await own.Server.ConnectAsync(brokered.RabbitUrl);
        await using var channel = await connection.CreateChannelAsync();
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100);
        await shop.OrderAsync(server.Guest);
        await Until.TrueAsync("it has been published", async () => await Heard.RowsAsync(server.Db, "outbox") + await Heard.RowsAsync(server.Db, "deliveries") == 0, 60);
        await Until.TrueAsync("it lies among the unrouted", async () => await CountAsync("order_events.unrouted") == 1, 60);

        await channel.QueueDeclareAsync("accounting", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("accounting", Topics.Events, "order.*");
        var order = (await shop.OrderAsync(server.Guest)).Body;
        var id = order.GetProperty("id").GetString();
        await Shop.PostAsync(server.Admin, $"/orders/{id}/cancel", new System.Text.Json.Nodes.JsonObject { ["reason"] = "đổi ý" });
        await Until.TrueAsync("both have come", async () => await CountAsync("accounting") == 2, 60);
        var first = (await channel.BasicGetAsync("accounting", autoAck: true))!;
        var second = (await channel.BasicGetAsync("accounting", autoAck: true))!;
        Assert.Equal(("order.created", "order.cancelled"), (first.RoutingKey, second.RoutingKey));
        Assert.Equal((CloudEvent.ContentType, DeliveryModes.Persistent), (first.BasicProperties.ContentType, first.BasicProperties.DeliveryMode));
        var told = JsonDocument.Parse(second.Body).RootElement;
        Assert.Equal(("1.0", $"{id}:2", "holdfast", "order.cancelled", id, 2, shop.StoreId, "application/json"),
            (told.GetProperty("specversion").GetString(), told.GetProperty("id").GetString(), told.GetProperty("source").GetString(), told.GetProperty("type").GetString(),
                told.GetProperty("subject").GetString(), told.GetProperty("sequence").GetInt32(), told.GetProperty("storeid").GetGuid(), told.GetProperty("datacontenttype").GetString()));
        var data = told.GetProperty("data");
        Assert.Equal(("pending", "đổi ý"), (data.GetProperty("previousStatus").GetString(), data.GetProperty("reason").GetString()));
        var served = await server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}");
        Assert.All(served.EnumerateObject(), member => Assert.Equal(member.Value.GetRawText(), data.GetProperty(member.Name).GetRawText()));
        Assert.True(told.GetProperty("time").TryGetDateTime(out _));

        async Task<uint> CountAsync(string queue) => await channel.MessageCountAsync(queue);
    }

    /// <summary>Orders are placed all the while; each must be answered with 201. Afterwards the auditor looks.</summary>
    private async Task UnderLoadAsync(Func<RabbitServer, Brokered, Func<int>, Task> fault)
    {
        await using var brokered = await Brokered.StartAsync(Backend.Postgres, MessagingOptions.RabbitMq, await own.Server.HostAsync());
        var server = await brokered.ServeAsync();
        var shop = await Shop.CreateAsync(server.Db, 1_000_000);
        var (placed, stop) = (0, false);
        var buyers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                var order = await shop.OrderAsync(server.Guest);
                Assert.Equal(201, order.Status);
                if (Interlocked.Increment(ref placed) % 3 == 0)
                {
                    Assert.Equal(200, (await Shop.PostAsync(server.Admin, $"/orders/{order.Body.GetProperty("id").GetString()}/cancel", null)).Status);
                }

                // The load is not the point, and other tests run, too.
                await Task.Delay(30);
            }
        })).ToList();
        await Until.TrueAsync("events arrive", async () => (await Heard.CountAsync(server.Db)).Events > 50, 60);
        try
        {
            await fault(own.Server, brokered, () => Volatile.Read(ref placed));
        }
        finally
        {
            Volatile.Write(ref stop, true);
        }

        await Task.WhenAll(buyers);
        await brokered.AuditAsync(240);
    }

    private static async Task<string?> HealthAsync(Brokered brokered)
    {
        using var answer = await brokered.First.Guest.GetAsync(new Uri("/health", UriKind.Relative));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString();
    }

    /// <summary>A broker that only this class ill-treats.</summary>
    public sealed class OwnRabbit : IAsyncLifetime
    {
        private RabbitServer? _server;

        public RabbitServer Server
        {
            get
            {
                RabbitServer.Require();
                return _server!;
            }
        }

        public async ValueTask InitializeAsync() => _server = RabbitServer.IsInstalled ? await RabbitServer.StartAsync() : null;

        public async ValueTask DisposeAsync()
        {
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }
        }
    }
}
