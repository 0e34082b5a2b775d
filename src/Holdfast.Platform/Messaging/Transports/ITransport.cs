namespace Holdfast.Platform.Messaging.Transports;

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
