using System.Diagnostics;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Holdfast.Bench.Sections;

/// <summary>
/// Events on their way to RabbitMQ, beside a publisher that does nothing else; how long they take from the commit to a consumer; and what
/// the relay costs those who place orders at the same time.
/// </summary>
internal sealed class EventsSection(Bench bench)
{
    private const string Database = "events";
    private const string Exchange = "order_events";
    private const string Queue = "bench";

    /// <summary>What the relay has on its way at most: as many messages at once, in as many calls.</summary>
    private const int AtOnce = 500;
    private const int Calls = 4;

    /// <summary>The first half is not measured: a server that has just started is still being compiled.</summary>
    private const double Counted = 0.5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task RunAsync()
    {
        Bench.Say("Events");
        await using var rabbit = await RabbitMq.StartAsync(bench.Guard);
        var url = bench.Cluster.Url(await bench.CreateAsync(Database));
        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbit.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null));
        await BindAsync(channel);
        await RelayingAsync(url, rabbit, channel);
        await PlacingAsync(url);
        await LagAsync(url, rabbit, connection);
    }

    /// <summary>
    /// The relay and the bare publisher in turn. The first turn is not measured: a server that has just started is still being compiled.
    /// </summary>
    private async Task RelayingAsync(string url, RabbitMq rabbit, IChannel channel)
    {
        await using var worker = await ServerProcess.HoldfastAsync(url, bench.Guard, ("RABBITMQ_URL", rabbit.Url));
        for (var round = 0; round <= bench.Options.Runs; round++)
        {
            Bench.Say(round == 0 ? "Events, to warm up" : $"Events, round {round} of {bench.Options.Runs}");
            var (relayed, messages, count) = await RelayAsync(url, worker, channel);
            var published = await PublishAsync(channel, messages, count);
            await channel.QueuePurgeAsync(Queue);
            if (round > 0)
            {
                bench.Numbers.Add(Names.Relayed, "events/s", relayed);
                bench.Numbers.Add(Names.BarePublisher, "events/s", published);
            }
        }
    }

    /// <summary>
    /// Orders are placed while the worker stands still; then it relays. Events per second, some of what it published, and how much it was.
    /// </summary>
    private async Task<(double Rate, List<(string Type, byte[] Body)> Messages, long Count)> RelayAsync(string url, ServerProcess worker,
        IChannel channel)
    {
        worker.Pause();
        try
        {
            await Snapshot.RestoreAsync(bench.Cluster, Database);
            await using var engine = await Engine.OpenAsync(url);
            await engine.RunAsync(1, bench.Options.Submitters, TimeSpan.Zero, bench.Options.Quick ? TimeSpan.FromSeconds(4)
                : TimeSpan.FromSeconds(8));
        }
        finally
        {
            worker.Resume();
        }

        var count = await bench.Cluster.ScalarAsync<long>(Database, "SELECT count(*) FROM events");
        var rate = await CountAsync(count, async () => await channel.QueueDeclarePassiveAsync(Queue) is var queue ? queue.MessageCount : 0);
        var messages = new List<(string, byte[])>();
        while (messages.Count < AtOnce * 10 && await channel.BasicGetAsync(Queue, autoAck: true) is { } message)
        {
            messages.Add((message.RoutingKey, message.Body.ToArray()));
        }

        await channel.QueuePurgeAsync(Queue);
        return (rate, messages, count);
    }

    private static async Task<double> PublishAsync(IChannel channel, List<(string Type, byte[] Body)> messages, long count)
    {
        var confirmed = 0L;
        var next = 0L;
        async Task PublishAsync()
        {
            while (true)
            {
                var from = Interlocked.Add(ref next, AtOnce) - AtOnce;
                if (from >= count)
                {
                    return;
                }

                var some = new Task[Math.Min(AtOnce, count - from)];
                for (var i = 0; i < some.Length; i++)
                {
                    var (type, body) = messages[(int)((from + i) % messages.Count)];
                    some[i] = channel.BasicPublishAsync(Exchange, type, mandatory: false,
                        new BasicProperties
                        {
                            ContentType = "application/cloudevents+json",
                            DeliveryMode = DeliveryModes.Persistent,
                            Type = type
                        }, body).AsTask();
                }

                await Task.WhenAll(some);
                Interlocked.Add(ref confirmed, some.Length);
            }
        }

        var publishing = Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => PublishAsync()));
        var rate = await CountAsync(count, () => Task.FromResult(Interlocked.Read(ref confirmed)));
        await publishing;
        return rate;
    }

    /// <summary>Events per second, from half of them to the last.</summary>
    private static async Task<double> CountAsync(long count, Func<Task<long>> sofar)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan? begin = null;
        var first = 0L;
        while (clock.Elapsed < Patience)
        {
            var there = await sofar();
            if (there >= count)
            {
                return (count - first) / (clock.Elapsed - (begin ?? TimeSpan.Zero)).TotalSeconds;
            }

            if (begin is null && there >= count * (1 - Counted))
            {
                (begin, first) = (clock.Elapsed, there);
            }

            await Task.Delay(5);
        }

        throw new BenchException($"of {count} events not all came within {Patience.TotalMinutes} minutes");
    }

    private async Task PlacingAsync(string url)
    {
        // Nobody has RabbitMQ's address here.
        await bench.Cluster.ExecuteAsync(Database, "DELETE FROM lanes WHERE name = 'rabbitmq'");
        await using var with = await ServerProcess.HoldfastAsync(url, bench.Guard);
        await using var without = await ServerProcess.HoldfastAsync(url, bench.Guard, "api");
        await bench.Wrk.RunAsync(with.Port, 1, 0, FirstWarmUp);
        await bench.Wrk.RunAsync(without.Port, 1, 0, FirstWarmUp);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await bench.RunAsync(Names.PlacingRelayed, Database, () => PlaceAsync(with.Port));
            // The other server would relay what this one places; it is told to do nothing during the run.
            with.Pause();
            await bench.RunAsync(Names.PlacingUnrelayed, Database, () => PlaceAsync(without.Port));
            with.Resume();
        }
    }

    private async Task<double> PlaceAsync(int port)
    {
        await bench.Wrk.RunAsync(port, 1, 0, WarmUp);
        var result = await bench.Wrk.RunAsync(port, 1, 0, bench.Options.Measured);
        return result.Refused + result.SocketErrors == 0 ? result.PerSecond
            : throw new BenchException($"not every order was placed: {result}");
    }

    /// <summary>
    /// From the time that an event carries, which is a little before its commit, to the moment at which a consumer of RabbitMQ has it; at
    /// half of what this server places per second at that time.
    /// </summary>
    private async Task LagAsync(string url, RabbitMq rabbit, IConnection connection)
    {
        await using var server = await ServerProcess.HoldfastAsync(url, bench.Guard, ("RABBITMQ_URL", rabbit.Url));
        await using var channel = await connection.CreateChannelAsync();
        var lags = new List<double>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            lock (lags)
            {
                lags.Add((now - TimeOf(message.Body.Span)).TotalMilliseconds);
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(Queue, autoAck: true, consumer);
        await bench.Wrk.RunAsync(server.Port, 1, 0, FirstWarmUp);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await bench.RunAsync(Names.PlacingFeeding, Database, () => PlaceAsync(server.Port));
        }

        var half = bench.Numbers.Median(Names.PlacingFeeding) / 2;
        for (var round = 0; round <= bench.Options.Runs; round++)
        {
            await Snapshot.RestoreAsync(bench.Cluster, Database);
            // The first turn is not measured: as for the rates.
            await new OpenLoop(server.Port, half).RunAsync(TimeSpan.Zero, round == 0 ? FirstWarmUp : WarmUp);
            if (round == 0)
            {
                continue;
            }

            lock (lags)
            {
                lags.Clear();
            }

            await new OpenLoop(server.Port, half).RunAsync(TimeSpan.Zero, bench.Options.Measured);
            await Task.Delay(1000);
            lock (lags)
            {
                bench.Numbers.Add(Names.LagP50, "ms", Statistics.Percentile(lags, 0.50));
                bench.Numbers.Add(Names.LagP99, "ms", Statistics.Percentile(lags, 0.99));
            }
        }
    }

    private static DateTimeOffset TimeOf(ReadOnlySpan<byte> message)
    {
        var mark = "\"time\":\""u8;
        var at = message.IndexOf(mark) + mark.Length;
        return DateTimeOffset.Parse(Encoding.ASCII.GetString(message[at..(at + message[at..].IndexOf((byte)'"'))]),
            CultureInfo.InvariantCulture);
    }

    /// <summary>The exchange as the relay declares it, and a queue as one of our consumers has it.</summary>
    private static async Task BindAsync(IChannel channel)
    {
        await channel.ExchangeDeclareAsync("order_events.unrouted", ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, autoDelete: false,
            new Dictionary<string, object?> { ["alternate-exchange"] = "order_events.unrouted" });
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await channel.QueueBindAsync(Queue, Exchange, "#");
    }
}
