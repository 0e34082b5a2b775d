using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Platform.Messaging.Transports.Kafka;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Messaging;

/// <summary>And what only Kafka can do.</summary>
public sealed class Faults_of_kafka(FaultyKafka own) : BrokerFaultTests(own), IClassFixture<FaultyKafka>
{
    [Fact]
    public Task Refusing() => UnderLoadAsync(async (brokered, placed) =>
    {
        foreach (var error in new[] { KafkaMock.NotLeader, KafkaMock.TimedOut, KafkaMock.NotAllowed })
        {
            var before = placed();
            own.Mock.Fail(KafkaMock.Produce, 1000, error);
            await Until.TrueAsync("health says that it is degraded", async () => await HealthAsync(brokered) == "degraded");
            await Until.TrueAsync("orders are placed all the same", () => placed() > before + 5);
            own.Mock.Forgive(KafkaMock.Produce);
            await Until.TrueAsync("it is well again", async () => await HealthAsync(brokered) == "healthy");
        }
    });

    [Fact]
    public async Task What_the_settings_say_of_TLS_reaches_the_client_and_what_we_rely_on_stays()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var encrypting = new KafkaTransport($"{listener.LocalEndpoint}", TimeSpan.FromSeconds(10),
            properties: new Dictionary<string, string> { ["security.protocol"] = "ssl" });
        var publishing = encrypting.PublishAsync([], default);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var start = new byte[2];
        await client.GetStream().ReadExactlyAsync(start, TestContext.Current.CancellationToken);
        Assert.Equal([22, 3], start);
        client.Close();
        listener.Stop();
        await Assert.ThrowsAsync<TransportException>(() => publishing);

        await using var wrong = new KafkaTransport("127.0.0.1:1", TimeSpan.FromSeconds(10),
            properties: new Dictionary<string, string> { ["sasl.pasword"] = "x" });
        Assert.Contains("sasl.pasword", (await Assert.ThrowsAsync<TransportException>(() => wrong.PublishAsync([], default))).Message,
            StringComparison.Ordinal);

        await using var kafka = await KafkaServer.StartAsync();
        await using var transport = new KafkaTransport(kafka.Brokers, TimeSpan.FromSeconds(60),
            properties: new Dictionary<string, string>
            {
                ["bootstrap.servers"] = "127.0.0.1:1",
                ["acks"] = "0",
                ["enable.idempotence"] = "false",
                ["message.timeout.ms"] = "1"
            });
        using var stranger = Stranger.OnKafka(kafka.Brokers);
        var (keys, messages) = Messages(5);
        await transport.PublishAsync(messages, default);
        await stranger.HasHeardAsync(keys);
    }

    [Fact]
    public async Task A_full_queue_of_the_client_is_waited_for_only_so_long()
    {
        var patience = TimeSpan.FromSeconds(12);
        await using var kafka = await KafkaServer.StartAsync();
        await using var transport = new KafkaTransport(kafka.Brokers, patience, queue: 10);
        using var stranger = Stranger.OnKafka(kafka.Brokers);
        var (keys, messages) = Messages(500);
        await transport.PublishAsync([messages[0]], default);
        kafka.Pause();
        try
        {
            await using var lateness = Lateness.Watch();
            await Assert.ThrowsAsync<TransportException>(() => transport.PublishAsync(messages, default));
            lateness.Within(patience);
            Assert.NotNull(transport.Failure);
        }
        finally
        {
            kafka.Resume();
        }

        await Until.TrueAsync("it takes all", async () =>
        {
            try
            {
                await transport.PublishAsync(messages, default);
                return true;
            }
            catch (TransportException)
            {
                return false;
            }
        });
        Assert.Null(transport.Failure);
        await stranger.HasHeardAsync(keys);
    }

    [Fact]
    public async Task A_consumer_that_ends_has_all_noted_that_it_handled_and_takes_no_more_than_it_may()
    {
        using var kafka = KafkaMock.Start();
        await using var publishing = new KafkaTransport(kafka.Brokers, TimeSpan.FromSeconds(60));
        await using var one = new KafkaTransport(kafka.Brokers, TimeSpan.FromSeconds(60));
        await using var other = new KafkaTransport(kafka.Brokers, TimeSpan.FromSeconds(60));
        var (heard, largest) = (new ConcurrentQueue<EventKey>(), 0);
        var (early, messages) = Messages(100);
        await publishing.PublishAsync(messages, default);
        await HearAsync(one, early.Count);
        Assert.Equal(7, largest);

        (var late, messages) = Messages(20);
        await publishing.PublishAsync(messages, default);
        await HearAsync(other, early.Count + late.Count);
        Assert.Equal(early.Concat(late).Select(k => k.Subject).Order(), heard.Select(k => k.Subject).Order());

        // How soon the other gets the partitions says nothing: this broker lets a session pass at every change of a group. Ends as soon as
        // so many have come in all: sooner than the client notes automatically what was handled.
        async Task HearAsync(KafkaTransport transport, int count)
        {
            using var stop = new CancellationTokenSource();
            var consuming = transport.ConsumeAsync(new Subscription(Topics.Events, "group", 7), new Subscriber(batch =>
            {
                largest = Math.Max(largest, batch.Count);
                foreach (var m in batch)
                {
                    heard.Enqueue(CloudEvent.Read(m.Body).Key);
                }

                if (heard.Count >= count)
                {
                    stop.CancelAfter(1);
                }

                return Task.CompletedTask;
            }), stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => consuming.WaitAsync(TimeSpan.FromSeconds(120)));
        }
    }

    [Fact]
    public async Task A_publisher_that_cannot_reach_it_says_so_and_so_does_a_consumer()
    {
        using var kafka = KafkaMock.Start();
        await using var transport = new KafkaTransport(kafka.Brokers, TimeSpan.FromSeconds(2));
        await Until.TrueAsync("all is well", IsWellAsync);
        kafka.Down();
        await Assert.ThrowsAsync<TransportException>(() => transport.PublishAsync([], default));
        Assert.NotNull(transport.Failure);
        kafka.Up();
        await Until.TrueAsync("it is well again", IsWellAsync);
        kafka.Refuse(Topics.Inbox, KafkaMock.NotAllowed);
        var consuming = transport.ConsumeAsync(new Subscription(Topics.Inbox, "x", 1), new Subscriber(_ => Task.CompletedTask), default);
        await Assert.ThrowsAsync<TransportException>(() => consuming.WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.NotNull(transport.Failure);

        async Task<bool> IsWellAsync()
        {
            try
            {
                await transport.PublishAsync([], default);
                return transport.Failure is null;
            }
            catch (TransportException)
            {
                return false;
            }
        }
    }

    private static (List<EventKey> Keys, List<Message> Messages) Messages(int count)
    {
        var keys = Enumerable.Range(0, count).Select(_ => new EventKey(Guid.CreateVersion7(), 1)).ToList();
        return (keys, [.. keys.Select(k => new Message("test.happened", k.Subject.ToString(),
            CloudEvent.Write(
            new Event(k.Subject, k.Sequence, "test.happened", k.Subject, DateTime.UnixEpoch, "system", null, "{}"u8.ToArray()))))]);
    }
}
