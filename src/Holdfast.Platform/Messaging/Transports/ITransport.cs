namespace Holdfast.Platform.Messaging.Transports;

/// <summary>A broker. Connections are made when they are needed, and again after they have broken.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary><c>rabbitmq</c> or <c>kafka</c>.</summary>
    string Name { get; }

    /// <summary>The broker's current failure; null when there is none.</summary>
    string? Failure { get; }

    /// <summary>
    /// Publishes to <see cref="Topics.Events"/>; without a message it only tries the connection. Returns when the broker has stored all of
    /// them durably. Overlapping calls are sent in order. Throws <see cref="TransportException"/> if that fails or takes too long: then
    /// some messages may have been stored. Throws <see cref="RefusedException"/> if the broker will never accept one of them.
    /// </summary>
    Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct);

    /// <summary>
    /// Consumes messages until it is cancelled. Throws <see cref="TransportException"/> when the connection or the queue is lost. Messages
    /// are acknowledged in order, after <see cref="Subscriber.Handle"/> has returned; never before.
    /// </summary>
    Task ConsumeAsync(Subscription subscription, Subscriber subscriber, CancellationToken ct);
}
