using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using RabbitMQ.Client;

namespace Holdfast.Tests.Messaging;

/// <summary>A broker that servers of a test reach by something that can be held up at the seams of handing on.</summary>
internal abstract class Wire : IAsyncDisposable
{
    /// <summary>The settings of a server that publishes there, and whose consumers are fed from there.</summary>
    public abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Somebody else, who gets everything.</summary>
    public abstract Stranger Stranger { get; }

    /// <summary>Nobody gets through.</summary>
    public abstract Task RefuseAsync();

    /// <summary>The broker takes messages, and nobody hears that it has.</summary>
    public abstract Task HoldConfirmationsAsync();

    /// <summary>Messages come, and what is said about them does not go back.</summary>
    public abstract Task HoldAcknowledgementsAsync();

    /// <summary>As if nothing had been.</summary>
    public abstract Task ReleaseAsync();

    /// <summary>The broker loses all that it keeps for the consumers.</summary>
    public abstract Task LoseAsync();

    /// <summary>Returns when more has been published, where that can be seen while confirmations are held back.</summary>
    public virtual Task PublishedAsync(int before) => Task.CompletedTask;

    /// <summary>How many messages the stranger has got, after the release.</summary>
    public abstract Task<int> SeenAsync(int before);

    /// <summary>Brings events to the consumers, where servers cannot while acknowledgements are held back.</summary>
    public virtual Task DeliverAsync(IReadOnlyList<Event> events) => Task.CompletedTask;

    public abstract ValueTask DisposeAsync();
}

/// <summary>RabbitMQ behind a proxy.</summary>
internal sealed class RabbitWire : Wire
{
    private readonly TcpProxy _proxy;
    private readonly string _url;

    private RabbitWire(TcpProxy proxy, string url, Stranger stranger)
    {
        (_proxy, _url, Stranger) = (proxy, url, stranger);
        Environment = new Dictionary<string, string>
        {
            ["CONSUMER_TRANSPORT"] = "rabbitmq",
            ["RABBITMQ_URL"] = new UriBuilder(url) { Port = proxy.Port }.Uri.ToString()
        };
    }

    public override IReadOnlyDictionary<string, string> Environment { get; }

    public override Stranger Stranger { get; }

    public static async Task<RabbitWire> StartAsync()
    {
        var rabbit = await RabbitServer.SharedAsync();
        var url = await rabbit.HostAsync();
        return new RabbitWire(new TcpProxy(rabbit.Port), url, await Stranger.OnRabbitAsync(url));
    }

    public override Task RefuseAsync() => Done(() => _proxy.Refuses = true);

    public override Task HoldConfirmationsAsync() => Done(() => _proxy.HoldsToClient = true);

    public override Task HoldAcknowledgementsAsync() => Done(() => _proxy.HoldsToServer = true);

    public override Task ReleaseAsync() => Done(() => (_proxy.Refuses, _proxy.HoldsToClient, _proxy.HoldsToServer) = (false, false, false));

    public override async Task LoseAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(_url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var consumer in new[] { "daily-statistics", "low-stock" })
        {
            await channel.QueueDeleteAsync($"{Topics.Events}.{consumer}", ifUnused: false, ifEmpty: false);
        }
    }

    public override Task PublishedAsync(int before) =>
        Until.TrueAsync("the broker has events", async () => await Stranger.CountAsync() > before);

    public override Task<int> SeenAsync(int before) => Stranger.CountAsync();

    public override async Task DeliverAsync(IReadOnlyList<Event> events)
    {
        foreach (var e in events)
        {
            await PublishAsync(Topics.Events, e.Type, CloudEvent.Write(e));
        }
    }

    public async Task PublishAsync(string topic, string type, byte[] body)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(_url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync(topic, type, mandatory: true, body);
    }

    /// <summary>Takes all messages of a queue and gives them back, as processes do that end over them.</summary>
    public async Task GiveBackAsync(string queue, int messages, int times)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(_url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var i = 0; i < times; i++)
        {
            var taken = new List<BasicGetResult>();
            await Until.TrueAsync("all are there", async () =>
            {
                if (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
                {
                    taken.Add(message);
                }

                return taken.Count == messages;
            });
            await channel.BasicNackAsync(taken[^1].DeliveryTag, multiple: true, requeue: true);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Stranger.Dispose();
        await _proxy.DisposeAsync();
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}

/// <summary>Kafka, whose broker does all this automatically.</summary>
internal sealed class KafkaWire : Wire
{
    private const int Many = 10_000;

    private KafkaMock _kafka;
    private Stranger _stranger;

    public KafkaWire() => (_kafka, _stranger) = Start();

    public override IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string> { ["CONSUMER_TRANSPORT"] = "kafka", ["KAFKA_BROKERS"] = _kafka.Brokers };

    public override Stranger Stranger => _stranger;

    public override Task RefuseAsync() => Done(_kafka.Down);

    public override Task HoldConfirmationsAsync() => Done(() => _kafka.Delay(TimeSpan.FromMinutes(10)));

    public override Task HoldAcknowledgementsAsync() => Done(() => _kafka.Fail(KafkaMock.OffsetCommit, Many, KafkaMock.NotAllowed));

    public override Task ReleaseAsync() => Done(() =>
    {
        _kafka.Forgive(KafkaMock.OffsetCommit);
        _kafka.Delay(TimeSpan.Zero);

        // What was held back stays so for those who wait for it: they have to ask again.
        _kafka.Down();
        _kafka.Up();
    });

    /// <summary>Another takes its place, which has nothing.</summary>
    public override Task LoseAsync() => Done(() =>
    {
        End();
        (_kafka, _stranger) = Start();
    });

    public override async Task<int> SeenAsync(int before)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(20)
            && await Stranger.CountAsync() <= before; await Task.Delay(10))
        {
        }

        return Stranger.Messages;
    }

    public override ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private static (KafkaMock, Stranger) Start()
    {
        var kafka = KafkaMock.Start();
        return (kafka, Stranger.OnKafka(kafka.Brokers));
    }

    private void End()
    {
        _stranger.Dispose();
        _kafka.Dispose();
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
