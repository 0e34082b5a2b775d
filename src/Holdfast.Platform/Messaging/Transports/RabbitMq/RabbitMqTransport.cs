using System.Globalization;
using System.Threading.Channels;
using Holdfast.Platform.Messaging.Events;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Holdfast.Platform.Messaging.Transports.RabbitMq;

/// <summary>RabbitMQ 3.10 or later: publisher confirms, persistent messages, acknowledgements by hand.</summary>
/// <param name="lost">Called when the exchange of our events is missing, before it is made: no queue was bound to it for a while.</param>
internal sealed class RabbitMqTransport(string url, TimeSpan patience, Func<Task> lost) : ITransport
{
    private static readonly CreateChannelOptions Confirmed =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
        outstandingPublisherConfirmationsRateLimiter: null);

    /// <summary>How often the exchanges and queues of consumers are declared again: somebody may have deleted them.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly TransportHealth _health = new("RabbitMQ");
    private volatile Link? _link;

    public string Name => MessagingOptions.RabbitMq;

    public string? Failure => _health.Any;

    public async Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct)
    {
        // While there is a connection, all is handed to it before the first await: calls that overlap stay in order.
        var link = _link is { Channel.IsOpen: true } open ? open : await ConnectAsync(ct);
        if (link.Blocked is { } why)
        {
            throw _health.Failed($"it takes nothing for now: {why}");
        }

        try
        {
            await (messages.Count == 0 ? LookAsync(link.Connection, ct) : SendAsync(link.Channel, messages)).WaitAsync(patience, ct);
            _health.Clear();
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            // A blocked connection is kept: it says when the broker takes something again.
            if (link.Blocked is null)
            {
                await DropAsync(link);
            }

            throw IsRefused(e, messages) ? new RefusedException($"RabbitMQ: {e.Message}", e)
                : _health.Failed(e is TimeoutException ? "it does not confirm" : e.Message, e);
        }
    }

    public async Task ConsumeAsync(Subscription subscription, Subscriber subscriber, CancellationToken ct)
    {
        IConnection? connection = null;
        try
        {
            connection = await RabbitMqConnections.OpenAsync(url, patience, ct);
            var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            Receiver? receiver = null;
            do
            {
                var queue = await RabbitMqTopology.DeclareQueueAsync(connection, channel, subscription, subscriber.Lost, lost, ct);
                receiver ??= await BeginAsync(channel, queue, subscription, ct);
                _health.Clear(subscription);
                await subscriber.Ready();
            }
            while (await HandleForAWhileAsync(receiver, channel, subscription, subscriber, ct));
        }
        catch (Exception e) when (e is not TransportException && !ct.IsCancellationRequested)
        {
            throw _health.Failed(e.Message, e, subscription);
        }
        finally
        {
            // In a second, whatever the broker does: what was not acknowledged it gives to others.
            await (connection is null ? Task.CompletedTask : RabbitMqConnections.EndAsync(connection));
        }

        ct.ThrowIfCancellationRequested();
        throw _health.Failed("it has ended the connection or taken the queue away", who: subscription);
    }

    public async ValueTask DisposeAsync()
    {
        if (_link is { } link)
        {
            await DropAsync(link);
        }

        _connecting.Dispose();
    }

    private static async Task<Receiver> BeginAsync(IChannel channel, string queue, Subscription subscription, CancellationToken ct)
    {
        await channel.BasicQosAsync(0, (ushort)subscription.Prefetch, global: false, ct);
        var receiver = new Receiver(channel);
        await channel.BasicConsumeAsync(queue, autoAck: false, receiver, ct);
        return receiver;
    }

    /// <summary>Handles what comes until it is time to declare again. Returns false if nothing comes any more.</summary>
    private static async Task<bool> HandleForAWhileAsync(Receiver receiver, IChannel channel, Subscription subscription,
        Subscriber subscriber, CancellationToken ct)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(BetweenLooks);
        while (await receiver.HasMoreAsync(time.Token))
        {
            var (last, batch) = (0UL, new List<Message>());
            while (batch.Count < subscription.Prefetch && receiver.Messages.TryRead(out var received))
            {
                last = received.Tag;
                batch.Add(received.Message);
            }

            await subscriber.Handle(batch);
            await channel.BasicAckAsync(last, multiple: true, ct);
        }

        return time.IsCancellationRequested;
    }

    private async Task<Link> ConnectAsync(CancellationToken ct)
    {
        await _connecting.WaitAsync(ct);
        try
        {
            if (_link is { Channel.IsOpen: true } open)
            {
                return open;
            }

            if (_link is { } broken)
            {
                await DropAsync(broken);
            }

            var connection = await RabbitMqConnections.OpenAsync(url, patience, ct);
            try
            {
                var channel = await connection.CreateChannelAsync(Confirmed, ct);
                await RabbitMqTopology.DeclareEventsAsync(connection, channel, lost, ct);
                return _link = new Link(connection, channel);
            }
            catch
            {
                await RabbitMqConnections.EndAsync(connection);
                throw;
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            throw _health.Failed(e.Message, e);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private static Task SendAsync(IChannel channel, IReadOnlyList<Message> messages)
    {
        var confirmed = new Task[messages.Count];
        for (var i = 0; i < confirmed.Length; i++)
        {
            var m = messages[i];
            confirmed[i] = channel.BasicPublishAsync(Topics.Events, m.Type, mandatory: false, new BasicProperties
            {
                ContentType = CloudEvent.ContentType,
                DeliveryMode = DeliveryModes.Persistent,
                Type = m.Type,
            }, m.Body, CancellationToken.None).AsTask();
        }

        return Task.WhenAll(confirmed);
    }

    /// <summary>
    /// Asks the broker whether everything is declared, on a channel that it may close without harm. Restores what somebody has deleted, and
    /// counts the unrouted events.
    /// </summary>
    private async Task LookAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        MessagingMeter.Unrouted(await RabbitMqTopology.DeclareEventsAsync(connection, channel, lost, ct));
    }

    /// <summary>
    /// Whether the broker has closed the channel because one of these messages is too large. Other messages that were under way then fail,
    /// too, without being the cause.
    /// </summary>
    private static bool IsRefused(Exception e, IReadOnlyList<Message> messages) =>
        e is OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.PreconditionFailed } reason }
        && messages.Any(m =>
        reason.ReplyText.Contains(string.Create(CultureInfo.InvariantCulture, $"message size {m.Body.Length} "), StringComparison.Ordinal));

    private async Task DropAsync(Link link)
    {
        if (Interlocked.CompareExchange(ref _link, null, link) == link)
        {
            await RabbitMqConnections.EndAsync(link.Connection);
        }
    }

    /// <summary>A connection for publishing.</summary>
    private sealed class Link
    {
        public Link(IConnection connection, IChannel channel)
        {
            (Connection, Channel) = (connection, channel);
            connection.ConnectionBlockedAsync += (_, e) =>
            {
                Blocked = e.Reason;
                return Task.CompletedTask;
            };
            connection.ConnectionUnblockedAsync += (_, _) =>
            {
                Blocked = null;
                return Task.CompletedTask;
            };
        }

        public IConnection Connection { get; }

        public IChannel Channel { get; }

        /// <summary>Why the broker does not read from this connection (an alarm of its memory or disk); null when it does.</summary>
        public string? Blocked { get; private set; }
    }

    /// <summary>Buffers what arrives, in order. Prefetch bounds the buffer.</summary>
    private sealed class Receiver(IChannel channel) : AsyncDefaultBasicConsumer(channel)
    {
        private readonly Channel<(ulong Tag, Message Message)> _received =
            System.Threading.Channels.Channel.CreateUnbounded<(ulong, Message)>();

        public ChannelReader<(ulong Tag, Message Message)> Messages => _received.Reader;

        /// <summary>Waits for messages. Returns false when it is cancelled, or when none come any more.</summary>
        public async Task<bool> HasMoreAsync(CancellationToken ct)
        {
            try
            {
                return await Messages.WaitToReadAsync(ct);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        public override Task HandleBasicDeliverAsync(string consumerTag, ulong deliveryTag, bool redelivered, string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            _received.Writer.TryWrite(
                (deliveryTag, new Message(routingKey, "", ReceivedMessage.Body(body.Span)) { Returns = Returns(properties) }));
            return Task.CompletedTask;
        }

        private static int Returns(IReadOnlyBasicProperties properties) =>
            properties.Headers is { } headers && headers.TryGetValue("x-delivery-count", out var value) && value is long count
            ? (int)Math.Clamp(count, 0, int.MaxValue) : 0;

        public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
        {
            _received.Writer.TryComplete();
            return base.HandleChannelShutdownAsync(channel, reason);
        }

        protected override Task OnCancelAsync(string[] consumerTags, CancellationToken cancellationToken = default)
        {
            _received.Writer.TryComplete();
            return base.OnCancelAsync(consumerTags, cancellationToken);
        }
    }
}
