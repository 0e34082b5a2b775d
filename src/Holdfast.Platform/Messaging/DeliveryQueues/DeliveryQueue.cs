
namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>A delivery queue, and what waits in it.</summary>
/// <param name="Name">A consumer, or a broker.</param>
/// <param name="Transport">The transport that feeds it.</param>
/// <param name="Since">When its oldest event was queued; null when nothing waits.</param>
/// <param name="BehindSince">Since when the consumer has to catch up with events that a broker lost; null if it has not.</param>
public sealed record DeliveryQueue(string Name, string Transport, long Events, DateTime? Since, DateTime? BehindSince);
