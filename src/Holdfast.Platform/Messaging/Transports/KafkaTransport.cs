using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace Holdfast.Platform.Messaging;

/// <summary>Kafka: an idempotent producer that waits for all replicas; consumer groups that commit an offset after its effect.</summary>
internal sealed class KafkaTransport(string brokers, TimeSpan patience) : ITransport
{
    private static readonly Header ContentType = new("content-type", Encoding.ASCII.GetBytes(CloudEvent.ContentType));

    // How long a consumer that has found nothing waits before it looks again: the client has no way to be awaited.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Full = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private IProducer<string, byte[]>? _producer;

    public string Name => MessagingOptions.Kafka;

    public string? Trouble { get; private set; }

    public async Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var producer = Producer();
        if (messages.Count == 0)
        {
            await TryAsync(producer).ConfigureAwait(false);
            return;
        }

        var (open, done, clock) = (messages.Count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), Stopwatch.StartNew());
        try
        {
            foreach (var message in messages)
            {
                while (!TryProduce(producer, message, Report))
                {
                    // The client's queue is full: the broker is slower than we are, or away.
                    if (clock.Elapsed > patience)
                    {
                        throw new TimeoutException();
                    }

                    await Task.Delay(Full, ct).ConfigureAwait(false);
                }
            }

            // The client gives up by itself, a little later than we would.
            await done.Task.WaitAsync(patience * 2, ct).ConfigureAwait(false);
            Trouble = null;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (e is KafkaException { Error.IsFatal: true })
            {
                Replace(producer);
            }

            Trouble = e is TimeoutException ? "Kafka does not confirm" : $"Kafka: {e.Message}";
            throw new TransportException(Trouble, e);
        }

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

    public async Task ConsumeAsync(Subscription subscription, Func<IReadOnlyList<Message>, Task> handle, Func<Task> made, CancellationToken ct)
    {
        try
        {
            using var consumer = Subscribe(subscription);
            while (!ct.IsCancellationRequested)
            {
                var batch = Take(consumer, subscription.Prefetch);
                if (batch.Count == 0)
                {
                    await Task.Delay(Idle, ct).ConfigureAwait(false);
                    continue;
                }

                await handle([.. batch.Select(Message)]).ConfigureAwait(false);
                foreach (var last in batch.GroupBy(r => r.TopicPartition).Select(g => g.Last()))
                {
                    Store(consumer, last);
                }
            }

            consumer.Close();
        }
        catch (KafkaException e)
        {
            throw new TransportException($"Kafka: {e.Message}", e);
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

    /// <summary>Asks the broker for anything.</summary>
    private async Task TryAsync(IProducer<string, byte[]> producer)
    {
        try
        {
            await Task.Run(() =>
            {
                using var asking = new DependentAdminClientBuilder(producer.Handle).Build();
                asking.GetMetadata(patience);
            }).ConfigureAwait(false);
            Trouble = null;
        }
        catch (KafkaException e)
        {
            Trouble = $"Kafka: {e.Message}";
            throw new TransportException(Trouble, e);
        }
    }

    private IProducer<string, byte[]> Producer()
    {
        lock (_gate)
        {
            KafkaLibrary.Prepare();
            return _producer ??= new ProducerBuilder<string, byte[]>(new ProducerConfig
            {
                BootstrapServers = brokers,
                ClientId = "holdfast",
                EnableIdempotence = true,
                Acks = Acks.All,
                LingerMs = 2,
                MessageTimeoutMs = (int)patience.TotalMilliseconds,
                QueueBufferingMaxMessages = 20_000,
            }).SetErrorHandler((_, error) => Trouble = $"Kafka: {error.Reason}").SetLogHandler((_, _) => { }).Build();
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

    private static bool TryProduce(IProducer<string, byte[]> producer, Message message, Action<DeliveryReport<string, byte[]>> report)
    {
        try
        {
            producer.Produce(Topics.Events, new Message<string, byte[]> { Key = message.Key, Value = message.Body, Headers = [ContentType] }, report);
            return true;
        }
        catch (ProduceException<string, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private IConsumer<string, byte[]> Subscribe(Subscription subscription)
    {
        KafkaLibrary.Prepare();
        var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            ClientId = "holdfast",
            GroupId = subscription.Group.Length == 0 ? "holdfast" : $"holdfast.{subscription.Group}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = true,
            // Committed in the background, but only what has been handled: see Store.
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = 500,
            SessionTimeoutMs = 10_000,
            TopicMetadataRefreshIntervalMs = 5_000,
        }).SetErrorHandler((_, error) => Trouble = $"Kafka: {error.Reason}").SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(subscription.Topic);
        return consumer;
    }

    /// <summary>What has arrived, without waiting.</summary>
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
            catch (ConsumeException e) when (e.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition)
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
        return new Message(type is null ? "" : Encoding.UTF8.GetString(type), result.Message.Key ?? "", result.Message.Value ?? []);
    }
}
