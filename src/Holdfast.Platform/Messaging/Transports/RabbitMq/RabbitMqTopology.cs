using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Holdfast.Platform.Messaging.Transports.RabbitMq;

/// <summary>
/// Declares exchanges and queues on every connection and every few seconds, so that what somebody deleted comes back. <c>order_events</c>
/// is a durable topic exchange; events that no queue is bound for go to <c>order_events.unrouted</c>, which expires them after a day. Each
/// consumer has a quorum queue; a message that comes back again and again, although <see cref="Message.Poison"/> was tried, goes to
/// <c>TOPIC.dead</c>.
/// </summary>
internal static class RabbitMqTopology
{
    public const string Unrouted = "order_events.unrouted";

    private const int UnroutedMilliseconds = 24 * 60 * 60 * 1000;

    // So often may a process die over a message before the broker puts it aside: twice as often as before we do.
    private const int MaxReturns = 100;

    /// <summary>Declares the exchanges of our events. Returns the number of unrouted events.</summary>
    /// <param name="lost">Called before a missing exchange is made: no queue is bound to it.</param>
    public static async Task<uint> DeclareEventsAsync(IConnection connection, IChannel channel, Func<Task> lost, CancellationToken ct)
    {
        if (!await ExistsAsync(connection, asking => asking.ExchangeDeclarePassiveAsync(Topics.Events, ct), ct))
        {
            await lost();
        }

        await channel.ExchangeDeclareAsync(Unrouted, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        var unrouted = await channel.QueueDeclareAsync(Unrouted, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-message-ttl"] = UnroutedMilliseconds }, cancellationToken: ct);
        await channel.QueueBindAsync(Unrouted, Unrouted, "", cancellationToken: ct);
        await channel.ExchangeDeclareAsync(Topics.Events, ExchangeType.Topic, durable: true, autoDelete: false,
            new Dictionary<string, object?> { ["alternate-exchange"] = Unrouted }, cancellationToken: ct);
        return unrouted.MessageCount;
    }

    /// <summary>Declares the queue of a subscription with all that it needs. Returns the name of the queue.</summary>
    /// <param name="lost">Called before a missing queue is made.</param>
    /// <param name="allLost">Called before the missing exchange of our events is made.</param>
    public static async Task<string> DeclareQueueAsync(IConnection connection, IChannel channel, Subscription subscription, Func<Task> lost,
        Func<Task> allLost, CancellationToken ct)
    {
        var (topic, queue) = (subscription.Topic, subscription.Group.Length == 0 ? subscription.Topic
            : $"{subscription.Topic}.{subscription.Group}");
        var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.ExchangeDeclareAsync($"{topic}.dead", ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await channel.QueueDeclareAsync($"{topic}.dead", durable: true, exclusive: false, autoDelete: false, quorum, cancellationToken: ct);
        await channel.QueueBindAsync($"{topic}.dead", $"{topic}.dead", "", cancellationToken: ct);
        if (!await ExistsAsync(connection, asking => asking.QueueDeclarePassiveAsync(queue, ct), ct))
        {
            await lost();
        }

        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?>(quorum) { ["x-dead-letter-exchange"] = $"{topic}.dead", ["x-delivery-limit"] = MaxReturns },
            cancellationToken: ct);
        // At last: whoever finds the exchange finds somebody bound to it, or nearly.
        if (topic == Topics.Events)
        {
            await DeclareEventsAsync(connection, channel, allLost, ct);
        }
        else
        {
            await channel.ExchangeDeclareAsync(topic, ExchangeType.Topic, durable: true, cancellationToken: ct);
        }

        await channel.QueueBindAsync(queue, topic, "#", cancellationToken: ct);
        return queue;
    }

    private static async Task<bool> ExistsAsync(IConnection connection, Func<IChannel, Task> declarePassively, CancellationToken ct)
    {
        // The answer "there is none" closes the channel.
        await using var asking = await connection.CreateChannelAsync(cancellationToken: ct);
        try
        {
            await declarePassively(asking);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }
}
