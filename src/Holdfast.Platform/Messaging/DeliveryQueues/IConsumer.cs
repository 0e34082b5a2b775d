using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>
/// An effect that every event must have once. It is written on the caller's transaction, so that the effect and the delivery commit
/// together. Events of one subject come in order; the consumer must not depend on an order between subjects.
/// </summary>
public interface IConsumer
{
    /// <summary>The name in logs and of its delivery queue: lower case with hyphens. It never changes.</summary>
    string Name { get; }

    /// <summary>Writes the effect of the events. After an exception they are delivered again, in the end one by one.</summary>
    Task HandleAsync(Tx tx, IReadOnlyList<Event> events);
}
