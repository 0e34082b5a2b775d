using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Platform.Messaging.Transports.Kafka;

/// <summary>Kafka: an idempotent producer that waits for all replicas; consumer groups that commit an offset after its effect.</summary>
/// <param name="patience">The longest that publishing may take, whatever happens.</param>
/// <param name="queue">How many unconfirmed messages the client may hold.</param>
/// <param name="properties">Further properties of the client, by librdkafka's names.</param>
internal sealed class KafkaTransport(string brokers, TimeSpan patience, int queue = 20_000,
    IReadOnlyDictionary<string, string>? properties = null) : ITransport
{
    private static readonly Header ContentType = new("content-type", Encoding.ASCII.GetBytes(CloudEvent.ContentType));

    // How long a consumer that has found nothing waits before it looks again: the client has no way to be awaited.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Full = TimeSpan.FromMilliseconds(5);
    private const int ReadAheadKbytes = 8 * 1024;
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(2);

    private readonly TransportHealth _health = new("Kafka");
    private readonly Lock _gate = new();
    private IProducer<string, byte[]>? _producer;

    public string Name => MessagingOptions.Kafka;

    public string? Failure => _health.Any;

    public async Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct)
    {
        IProducer<string, byte[]>? producer = null;
        try
        {
            producer = Producer();
            await (messages.Count == 0 ? TryAsync(producer) : SendAsync(producer, messages, ct));
            _health.Clear();
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge)
        {
            throw new RefusedException($"Kafka: {e.Error.Reason}", e);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (e is KafkaException { Error.IsFatal: true })
            {
                Replace(producer!);
            }

            throw _health.Failed(e is TimeoutException ? "it does not confirm" : e.Message, e);
        }
    }

    public async Task ConsumeAsync(Subscription subscription, Subscriber subscriber, CancellationToken ct)
    {
        IConsumer<string, byte[]>? consumer = null;
        try
        {
            var assigned = new KafkaAssignment();
            consumer = Subscribe(subscription, assigned);
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                var batch = Take(consumer, subscription.Prefetch);
                await assigned.TellAsync(consumer, subscriber);

                if (batch.Count == 0)
                {
                    await Task.Delay(Idle, ct);
                    continue;
                }

                await subscriber.Handle([.. batch.Select(Message)]);
                foreach (var last in batch.GroupBy(r => r.TopicPartition).Select(g => g.Last()))
                {
                    Store(consumer, last);
                }
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            throw _health.Failed(e.Message, e, subscription);
        }
        finally
        {
            // Where the broker does not answer, it goes on in the background.
            await (consumer is null ? Task.CompletedTask : LeaveAsync(consumer)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _producer?.Dispose();
            _producer = null;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Commits what was handled and leaves the group, so that others get the partitions at once, not when the session has ended.
    /// </summary>
    private static Task LeaveAsync(IConsumer<string, byte[]> consumer) => Task.Run(() =>
    {
        try
        {
            consumer.Close();
        }
        catch (KafkaException)
        {
            // The group finds out automatically, later.
        }
        finally
        {
            consumer.Dispose();
        }
    }).WaitAsync(GoodBye);

    private async Task SendAsync(IProducer<string, byte[]> producer, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var (open, done, clock) = (messages.Count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            Stopwatch.StartNew());
        foreach (var message in messages)
        {
            while (!TryProduce(producer, message, Report))
            {
                // The client's queue is full: the broker is slower than we are, or away.
                if (clock.Elapsed > QueuePatience)
                {
                    throw new TimeoutException();
                }

                await Task.Delay(Full, ct);
            }
        }

        // The client gives up automatically, mostly before we do: then nothing of it is left to be sent late.
        await done.Task.WaitAsync(patience > clock.Elapsed ? patience - clock.Elapsed : TimeSpan.Zero, ct);

        void Report(DeliveryReport<string, byte[]> report)
        {
            if (report.Error.IsError)
            {
                done.TrySetException(new KafkaException(report.Error));
            }
            else if (Interlocked.Decrement(ref open) == 0)
            {
                done.TrySetResult();
            }
        }
    }

    // What waits for a place in the queue, and then for the broker, has waited no longer than a claim may take.
    private TimeSpan QueuePatience => patience / 4;

    /// <summary>Asks the broker for anything.</summary>
    private Task TryAsync(IProducer<string, byte[]> producer) => Task.Run(() =>
    {
        using var asking = new DependentAdminClientBuilder(producer.Handle).Build();
        asking.GetMetadata(patience);
    });

    private IProducer<string, byte[]> Producer()
    {
        lock (_gate)
        {
            return _producer ??= new ProducerBuilder<string, byte[]>(new ProducerConfig(Properties())
            {
                BootstrapServers = brokers,
                ClientId = "holdfast",
                EnableIdempotence = true,
                Acks = Acks.All,
                LingerMs = 2,
                MessageTimeoutMs = (int)(patience - QueuePatience).TotalMilliseconds,
                QueueBufferingMaxMessages = queue,
            }).SetErrorHandler((_, error) => _health.Note($"Kafka: {error.Reason}")).SetLogHandler((_, _) => { }).Build();
        }
    }

    private void Replace(IProducer<string, byte[]> broken)
    {
        lock (_gate)
        {
            if (_producer == broken)
            {
                _producer = null;
                broken.Dispose();
            }
        }
    }

    // Each client's own: it writes into it.
    private Dictionary<string, string> Properties() => new(properties ?? new Dictionary<string, string>());

    private static bool TryProduce(IProducer<string, byte[]> producer, Message message, Action<DeliveryReport<string, byte[]>> report)
    {
        try
        {
            producer.Produce(Topics.Events,
                new Message<string, byte[]> { Key = message.Key, Value = message.Body, Headers = [ContentType] }, report);
            return true;
        }
        catch (ProduceException<string, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private IConsumer<string, byte[]> Subscribe(Subscription subscription, KafkaAssignment assigned)
    {
        var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig(Properties())
        {
            BootstrapServers = brokers,
            ClientId = "holdfast",
            GroupId = subscription.Group.Length == 0 ? "holdfast" : $"holdfast.{subscription.Group}",
            // Where to start is our decision: see KafkaAssignment. It is looked at again when what comes next is no longer there.
            AutoOffsetReset = AutoOffsetReset.Error,
            AllowAutoCreateTopics = true,
            // Committed in the background, but only what has been handled: see Store.
            EnableAutoOffsetStore = false,
            EnableAutoCommit = true,
            AutoCommitIntervalMs = 500,
            SessionTimeoutMs = 10_000,
            TopicMetadataRefreshIntervalMs = 5_000,
            // What the client reads ahead for each partition: else 64 MiB.
            QueuedMinMessages = subscription.Prefetch,
            QueuedMaxMessagesKbytes = ReadAheadKbytes,
            FetchMaxBytes = ReadAheadKbytes * 1024,
        }).SetPartitionsAssignedHandler((c, partitions) =>
        {
            var starts = assigned.Starts(c, partitions);
            _health.Clear(subscription);
            return starts;
        }).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(subscription.Topic);
        return consumer;
    }

    /// <summary>Returns the messages that have arrived, without waiting.</summary>
    private static List<ConsumeResult<string, byte[]>> Take(IConsumer<string, byte[]> consumer, int most)
    {
        var taken = new List<ConsumeResult<string, byte[]>>();
        while (taken.Count < most)
        {
            try
            {
                if (consumer.Consume(TimeSpan.Zero) is not { } result)
                {
                    break;
                }

                taken.Add(result);
            }
            catch (ConsumeException e)
                when (e.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition)
            {
                // Nobody has published yet: the topic comes with the first message.
                break;
            }
        }

        return taken;
    }

    private static void Store(IConsumer<string, byte[]> consumer, ConsumeResult<string, byte[]> handled)
    {
        try
        {
            consumer.StoreOffset(handled);
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_State or ErrorCode.Local_UnknownPartition)
        {
            // The partition is another process's now: it gets the message again, and drops it as a duplicate.
        }
    }

    private static Message Message(ConsumeResult<string, byte[]> result)
    {
        var type = result.Message.Headers?.FirstOrDefault(h => h.Key is "type" or "ce_type")?.GetValueBytes();
        return new Message(type is null ? "" : Encoding.UTF8.GetString(type), result.Message.Key
            ?? "", ReceivedMessage.Body(result.Message.Value));
    }
}
