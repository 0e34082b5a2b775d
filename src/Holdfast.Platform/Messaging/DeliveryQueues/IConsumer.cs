using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>
/// Something that must happen once for every event. It writes on the caller's transaction, so that its effect and the hand-over commit
/// together. Events of one subject come in their order; it must not mind the order between subjects.
/// </summary>
public interface IConsumer
{
    /// <summary>For logs, lanes and queues: lower case with hyphens, and never changed.</summary>
    string Name { get; }

    /// <summary>Writes the effect of the events. An exception leaves them to be handed over again, in the end one by one.</summary>
    Task HandleAsync(Tx tx, IReadOnlyList<Event> events);
}
