namespace Holdfast.Platform.Messaging.Transports;

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
