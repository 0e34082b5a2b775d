namespace Holdfast.Platform.Messaging;

/// <summary>A message as a broker carries it.</summary>
/// <param name="Type">The event's type: RabbitMQ's routing key.</param>
/// <param name="Key">The subject: what has the same one stays in order on Kafka.</param>
public sealed record Message(string Type, string Key, byte[] Body)
{
    private const int Patience = 50;

    /// <summary>
    /// How often it was given out before to somebody who did not acknowledge it: as a rule, whose process ended. Kafka does not count.
    /// </summary>
    public int Returns { get; init; }

    /// <summary>Why nobody should try it again: processes seem to end over it. Null where that is not so.</summary>
    public string? Poison => Returns < Patience ? null : $"it was given out {Returns} times, and nobody has lived to acknowledge it";
}

/// <summary>What a consumer takes.</summary>
/// <param name="Topic">An exchange or topic.</param>
/// <param name="Group">Who: each message goes to one process of a group. On RabbitMQ the queue is <c>TOPIC.GROUP</c>, or <c>TOPIC</c> where
/// this is empty.</param>
/// <param name="Prefetch">The most messages that are taken before the first is handled.</param>
public sealed record Subscription(string Topic, string Group, int Prefetch);

/// <summary>Whoever takes the messages of a subscription.</summary>
/// <param name="Handle">Handles messages. They are taken as handled when it returns.</param>
public sealed record Subscriber(Func<IReadOnlyList<Message>, Task> Handle)
{
    /// <summary>
    /// Called when the broker has kept nothing for the group, or not all: before it begins to keep what is sent from now on.
    /// </summary>
    public Func<Task> Lost { get; init; } = () => Task.CompletedTask;

    /// <summary>
    /// Called when all that is sent from now on arrives: at least once for each connection, and after <see cref="Lost"/>.
    /// </summary>
    public Func<Task> Ready { get; init; } = () => Task.CompletedTask;
}

/// <summary>The broker cannot be reached, or takes nothing, or has taken the queue away.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A broker. Connections are made when they are needed, and again when they have broken.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary><c>rabbitmq</c> or <c>kafka</c>.</summary>
    string Name { get; }

    /// <summary>What is wrong with it just now; null when nothing is.</summary>
    string? Trouble { get; }

    /// <summary>
    /// Publishes to <see cref="Topics.Events"/>; without a message it only tries the connection. Returns when the broker has taken all of
    /// them durably. Calls that overlap are sent in their order. Throws <see cref="TransportException"/> when that takes too long or fails:
    /// then some of them may have been taken; <see cref="RefusedException"/> when one of them never will be.
    /// </summary>
    Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct);

    /// <summary>
    /// Takes messages until it is cancelled, or throws <see cref="TransportException"/> when the connection or the queue is lost. They are
    /// acknowledged after <see cref="Subscriber.Handle"/> has returned, in their order; never before.
    /// </summary>
    Task ConsumeAsync(Subscription subscription, Subscriber subscriber, CancellationToken ct);
}

/// <summary>The names of exchanges and topics.</summary>
public static class Topics
{
    /// <summary>Where our events go.</summary>
    public const string Events = "order_events";

    /// <summary>Where other systems tell us something.</summary>
    public const string Inbox = "order_inbox";
}

/// <summary>The brokers that are configured; none, one, or both.</summary>
public sealed class Transports(IEnumerable<ITransport> all) : IAsyncDisposable
{
    public IReadOnlyList<ITransport> All { get; } = [.. all];

    /// <summary>The one of that name; null where it is not configured.</summary>
    public ITransport? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in All)
        {
            await transport.DisposeAsync().ConfigureAwait(false);
        }
    }
}
