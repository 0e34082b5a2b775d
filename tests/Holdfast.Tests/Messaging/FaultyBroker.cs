using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Messaging;

/// <summary>A broker that only one class of tests ill-treats, so that one suite runs over each kind.</summary>
public abstract class FaultyBroker : IAsyncLifetime
{
    public abstract string Way { get; }

    /// <summary>A part of the broker for one test, and a database.</summary>
    internal abstract Task<Brokered> StartAsync(Backend backend);

    internal abstract Task<Stranger> StrangerAsync(Brokered brokered);

    /// <summary>Returns when it may be killed.</summary>
    internal virtual Task SettleAsync(Brokered brokered) => Task.CompletedTask;

    /// <summary>Away, with all connections; what it has confirmed it keeps.</summary>
    public abstract Task DownAsync();

    public abstract Task UpAsync();

    /// <summary>It stands still, and its connections stay.</summary>
    public abstract void Pause();

    public abstract void Resume();

    /// <summary>Takes no larger messages; 0: as large as it comes. Whether it can be told: else it has a limit below 1.1 MB.</summary>
    public abstract Task<bool> LimitAsync(int bytes);

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>A class fixture: RabbitMQ, killed for real.</summary>
public sealed class FaultyRabbit : FaultyBroker
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

    public override string Way => MessagingOptions.RabbitMq;

    public override async ValueTask InitializeAsync() => _server = RabbitServer.IsInstalled ? await RabbitServer.StartAsync() : null;

    internal override async Task<Brokered> StartAsync(Backend backend)
    {
        await Server.ReviveAsync();
        return await Brokered.StartAsync(backend, Way, await Server.HostAsync());
    }

    internal override Task<Stranger> StrangerAsync(Brokered brokered) => Stranger.OnRabbitAsync(brokered.RabbitUrl!);

    // RabbitMQ 3.10 does not have everything on disk of a queue that was declared within the last seconds: killed then, the queue may stay
    // without a leader for good.
    internal override async Task SettleAsync(Brokered brokered)
    {
        var host = new Uri(brokered.RabbitUrl!).AbsolutePath[1..];
        await Until.TrueAsync("all consumers listen", async () =>
            (await Server.ControlAsync("list_queues", "-p", host, "name", "consumers")).Split('\n')
            .Count(l => l.StartsWith("order_events.", StringComparison.Ordinal) && l.EndsWith("\t1", StringComparison.Ordinal)) >= 5);
        await Server.ControlAsync("eval", "[dets:sync(T) || T <- dets:all()].");
    }

    public override Task DownAsync() => Server.KillAsync();

    public override Task UpAsync() => Server.StartServerAsync();

    public override void Pause() => Server.Pause();

    public override void Resume() => Server.Resume();

    public override async Task<bool> LimitAsync(int bytes)
    {
        await Server.ControlAsync("eval", $"application:set_env(rabbit, max_message_size, {(bytes == 0 ? 134217728 : bytes)}).");
        return true;
    }

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>A class fixture: Kafka. Each test has a broker of its own; one that can stand still is a process.</summary>
public sealed class FaultyKafka : FaultyBroker
{
    private KafkaMock? _mock;
    private KafkaServer? _process;

    /// <summary>Whether the next broker has to stand still rather than to go away.</summary>
    public bool CanPause { get; set; }

    public KafkaMock Mock => _mock!;

    public override string Way => MessagingOptions.Kafka;

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    internal override async Task<Brokered> StartAsync(Backend backend)
    {
        await DisposeAsync();
        (_mock, _process) = CanPause ? ((KafkaMock?)null, await KafkaServer.StartAsync()) : (KafkaMock.Start(), null);
        CanPause = false;
        return await Brokered.StartAsync(backend, Way, kafkaBrokers: _mock?.Brokers ?? _process!.Brokers);
    }

    internal override Task<Stranger> StrangerAsync(Brokered brokered) => Task.FromResult(Stranger.OnKafka(brokered.KafkaBrokers!));

    public override Task DownAsync()
    {
        Mock.Down();
        return Task.CompletedTask;
    }

    public override Task UpAsync()
    {
        Mock.Up();
        return Task.CompletedTask;
    }

    public override void Pause() => _process!.Pause();

    public override void Resume() => _process!.Resume();

    public override Task<bool> LimitAsync(int bytes) => Task.FromResult(false);

    public override async ValueTask DisposeAsync()
    {
        _mock?.Dispose();
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        (_mock, _process) = (null, null);
    }
}
