using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Platform.Messaging.Transports.RabbitMq;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using RabbitMQ.Client;

namespace Holdfast.Tests.Messaging;

/// <summary>And what only RabbitMQ can do.</summary>
public sealed class Faults_of_rabbitmq(FaultyRabbit own) : BrokerFaultTests(own), IClassFixture<FaultyRabbit>
{
    private const int Unbound = 7;

    [Fact]
    public Task Full() => UnderLoadAsync(async (brokered, placed) =>
    {
        await own.Server.ControlAsync("set_disk_free_limit", "100000GB");
        try
        {
            await Until.TrueAsync("health says that it is degraded", async () => await HealthAsync(brokered) == "degraded");
            var before = placed();
            await Until.TrueAsync("orders are placed all the same", () => placed() > before + 20);
            Assert.True(await Heard.RowsAsync(brokered.Database.Db, "deliveries") > 0);
        }
        finally
        {
            await own.Server.ControlAsync("set_disk_free_limit", "1MB");
        }

        await Until.TrueAsync("it is well again", async () => await HealthAsync(brokered) == "healthy");
    });

    [Fact]
    public Task A_queue_that_is_deleted_comes_back_and_has_lost_nothing_for_us() => UnderLoadAsync(async (brokered, _) =>
    {
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await own.Server.ConnectAsync(brokered.RabbitUrl);
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
            });
        }
    });

    [Fact]
    public async Task An_exchange_that_is_deleted_comes_back_and_has_lost_nothing_for_us()
    {
        await using var brokered = await own.StartAsync(Backend.Postgres);
        await using var connection = await own.Server.ConnectAsync(brokered.RabbitUrl);
        await using var channel = await connection.CreateChannelAsync();
        var server = await brokered.ServeAsync();
        var shop = await Shop.CreateAsync(server.Db, 1_000);
        for (var i = 0; i < 3; i++)
        {
            await shop.OrderAsync(server.Guest);
            await brokered.AuditAsync();
            await channel.ExchangeDeleteAsync(Topics.Events);
            await shop.OrderAsync(server.Guest);
            await Until.TrueAsync("it is published where nobody of us is bound, or was heard",
                async () => await Heard.RowsAsync(server.Db, "outbox") + await Heard.RowsAsync(server.Db, "deliveries") == 0);
            await brokered.AuditAsync();
        }

        Assert.True(await channel.MessageCountAsync(RabbitMqTopology.Unrouted) > 0);
        await Until.TrueAsync("nobody is behind for ever",
            async () => (await DeliveryQueueStore.AllAsync(server.Db)).TrueForAll(l => l.BehindSince is null));
    }

    [Fact]
    public async Task What_gets_lost_without_a_trace_is_found_by_looking()
    {
        await using var brokered = await own.StartAsync(Backend.Postgres);
        await using var connection = await own.Server.ConnectAsync(brokered.RabbitUrl);
        await using var channel = await connection.CreateChannelAsync();
        var server = await brokered.ServeAsync(change: o => o with { LookEvery = TimeSpan.FromSeconds(2) });
        var shop = await Shop.CreateAsync(server.Db, 1_000);
        await shop.OrderAsync(server.Guest);
        await brokered.AuditAsync();
        await channel.QueueUnbindAsync("order_events.heard", Topics.Events, "#");
        for (var i = 0; i < 5; i++)
        {
            await shop.OrderAsync(server.Guest);
        }

        await brokered.AuditAsync();
    }

    [Fact]
    public async Task Others_get_every_event_as_a_cloud_event_and_what_nobody_has_bound_is_kept_for_a_day()
    {
        await using var brokered = await own.StartAsync(Backend.Sqlite);
        await using var connection = await own.Server.ConnectAsync(brokered.RabbitUrl);
        await using var channel = await connection.CreateChannelAsync();
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100);
        using var metered = new Metered();
        for (var i = 0; i < Unbound; i++)
        {
            await shop.OrderAsync(server.Guest);
        }

        await Until.TrueAsync("it has been published", async () => await Heard.RowsAsync(server.Db, "outbox")
            + await Heard.RowsAsync(server.Db, "deliveries") == 0);
        await Until.TrueAsync("it lies among the unrouted", async () => await CountAsync("order_events.unrouted") == Unbound);
        await Until.TrueAsync("and is counted, though nothing is published any more", () => metered["holdfast.events.unrouted"] == Unbound);


        await channel.QueueDeclareAsync("accounting", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("accounting", Topics.Events, "order.*");
        var order = (await shop.OrderAsync(server.Guest)).Body;
        var id = order.GetProperty("id").GetString();
        await Shop.PostAsync(server.Admin, $"/orders/{id}/cancel", new System.Text.Json.Nodes.JsonObject { ["reason"] = "đổi ý" });
        await Until.TrueAsync("both have come", async () => await CountAsync("accounting") == 2);
        var first = (await channel.BasicGetAsync("accounting", autoAck: true))!;
        var second = (await channel.BasicGetAsync("accounting", autoAck: true))!;
        Assert.Equal(("order.created", "order.cancelled"), (first.RoutingKey, second.RoutingKey));
        Assert.Equal((CloudEvent.ContentType, DeliveryModes.Persistent),
            (first.BasicProperties.ContentType, first.BasicProperties.DeliveryMode));
        var told = JsonDocument.Parse(second.Body).RootElement;
        Assert.Equal(("1.0", $"{id}:2", "holdfast", "order.cancelled", id, 2, shop.StoreId, "application/json"),
            (told.GetProperty("specversion").GetString(), told.GetProperty("id").GetString(), told.GetProperty("source").GetString(),
            told.GetProperty("type").GetString(),
                told.GetProperty("subject").GetString(), told.GetProperty("sequence").GetInt32(), told.GetProperty("storeid").GetGuid(),
                told.GetProperty("datacontenttype").GetString()));
        var data = told.GetProperty("data");
        Assert.Equal(("pending", "đổi ý"), (data.GetProperty("previousStatus").GetString(), data.GetProperty("reason").GetString()));
        var served = await server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}");
        Assert.All(served.EnumerateObject(), member => Assert.Equal(member.Value.GetRawText(), data.GetProperty(member.Name).GetRawText()));
        Assert.True(told.GetProperty("time").TryGetDateTime(out _));

        async Task<uint> CountAsync(string queue) => await channel.MessageCountAsync(queue);
    }

    [Fact]
    public async Task The_queue_of_what_nobody_has_bound_comes_back_and_nothing_is_published_twice_for_it()
    {
        await using var brokered = await own.StartAsync(Backend.Sqlite);
        using var stranger = await own.StrangerAsync(brokered);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100_000);
        await shop.OrderAsync(server.Guest);
        await Until.TrueAsync("it publishes", async () => await Heard.RowsAsync(server.Db, "outbox")
            + await Heard.RowsAsync(server.Db, "deliveries") == 0);
        await using var connection = await own.Server.ConnectAsync(brokered.RabbitUrl);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(RabbitMqTopology.Unrouted, ifUnused: false, ifEmpty: false);
        await Until.TrueAsync("it is back", async () =>
        {
            await shop.OrderAsync(server.Guest);
            await using var asking = await connection.CreateChannelAsync();
            try
            {
                await asking.QueueDeclarePassiveAsync(RabbitMqTopology.Unrouted);
                return true;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        });
        await Until.TrueAsync("nothing waits", async () => await Heard.RowsAsync(server.Db, "outbox")
            + await Heard.RowsAsync(server.Db, "deliveries") == 0);
        await stranger.HasHeardAllAsync(server.Db);
        Assert.Equal(await Heard.RowsAsync(server.Db, "events"), stranger.Messages);
    }

    [Fact]
    public async Task Prefetch_reaches_the_broker()
    {
        await using var brokered = await own.StartAsync(Backend.Sqlite);
        await brokered.ServeAsync(change: o => o with { Prefetch = 7 });
        var host = new Uri(brokered.RabbitUrl!).AbsolutePath[1..];
        var limits = new List<string>();
        await Until.TrueAsync("all consumers listen", async () =>
            (limits = [.. (await own.Server.ControlAsync("list_consumers", "-p", host, "queue_name", "prefetch_count")).Split('\n')
            .Where(l => l.StartsWith("order_", StringComparison.Ordinal))]).Count >= 6);
        Assert.All(limits, l => Assert.EndsWith("\t7", l, StringComparison.Ordinal));
    }
}
