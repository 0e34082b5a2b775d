namespace Holdfast.Platform.Messaging.Transports;

/// <summary>A message as a broker carries it.</summary>
/// <param name="Type">The event's type: RabbitMQ's routing key.</param>
/// <param name="Key">The subject: messages with the same key stay in order on Kafka.</param>
public sealed record Message(string Type, string Key, byte[] Body)
{
    private const int Patience = 50;

    /// <summary>
    /// How often the message was delivered before without being acknowledged: usually because the process ended. Kafka does not count.
    /// </summary>
    public int Returns { get; init; }

    /// <summary>Why nobody should try the message again: processes seem to end over it. Null if they do not.</summary>
    public string? Poison => Returns < Patience ? null : $"it was given out {Returns} times, and nobody has lived to acknowledge it";
}
