using Confluent.Kafka;

namespace Holdfast.Platform.Messaging.Transports.Kafka;

/// <summary>The partitions that a consumer has just been assigned.</summary>
internal sealed class KafkaAssignment
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    private readonly List<TopicPartitionOffset> _lost = [];
    private bool _isNew;

    /// <summary>Where to continue: at the group's offset, or at the first kept message if there is no offset.</summary>
    public IEnumerable<TopicPartitionOffset> Starts(IConsumer<string, byte[]> consumer, List<TopicPartition> partitions)
    {
        _isNew = true;
        return [.. consumer.Committed(partitions, Answer).Select(committed =>
        {
            var kept = consumer.QueryWatermarkOffsets(committed.TopicPartition, Answer);
            if (committed.Offset.Value >= kept.Low.Value && committed.Offset.Value <= kept.High.Value)
            {
                return committed;
            }

            var first = new TopicPartitionOffset(committed.TopicPartition, kept.Low);
            _lost.Add(first);
            return first;
        })];
    }

    /// <summary>Tells the subscriber, once.</summary>
    public async Task TellAsync(IConsumer<string, byte[]> consumer, Subscriber subscriber)
    {
        if (_lost.Count > 0)
        {
            await subscriber.Lost();

            // So that the next one knows where to go on, though nothing may have come.
            consumer.Commit(_lost);
            _lost.Clear();
        }

        if (_isNew)
        {
            _isNew = false;
            await subscriber.Ready();
        }
    }
}
