namespace Holdfast.Platform.Messaging.Transports;

/// <summary>What a consumer subscribes to.</summary>
/// <param name="Topic">An exchange or topic.</param>
/// <param name="Group">The group of processes: each message goes to one process of it. On RabbitMQ the queue is <c>TOPIC.GROUP</c>, or
/// <c>TOPIC</c> if this is empty.</param>
/// <param name="Prefetch">The most messages that are fetched before the first is handled.</param>
public sealed record Subscription(string Topic, string Group, int Prefetch);
