namespace Holdfast.Platform.Messaging.Transports;

/// <summary>What a consumer takes.</summary>
/// <param name="Topic">An exchange or topic.</param>
/// <param name="Group">Who: each message goes to one process of a group. On RabbitMQ the queue is <c>TOPIC.GROUP</c>, or <c>TOPIC</c> where
/// this is empty.</param>
/// <param name="Prefetch">The most messages that are taken before the first is handled.</param>
public sealed record Subscription(string Topic, string Group, int Prefetch);
