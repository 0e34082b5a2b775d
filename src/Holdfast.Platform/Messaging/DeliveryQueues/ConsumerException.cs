using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>A consumer has failed, and the database is not the cause.</summary>
internal sealed class ConsumerException(string consumer, Exception inner) : Exception($"{consumer} failed: {inner.Message}", inner)
{
    public string Consumer { get; } = consumer;

    /// <summary>
    /// Runs the consumer. Its exceptions are thrown as this one, unless the database is the cause: then running it again may help.
    /// </summary>
    public static async Task RunAsync(IConsumer consumer, Tx tx, IReadOnlyList<Event> events)
    {
        try
        {
            await consumer.HandleAsync(tx, events);
        }
        catch (Exception e) when (!tx.Db.IsUnavailable(e))
        {
            throw new ConsumerException(consumer.Name, e);
        }
    }
}
