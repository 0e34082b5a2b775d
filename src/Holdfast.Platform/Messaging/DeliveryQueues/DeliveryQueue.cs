
namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>A lane, and what waits in it.</summary>
/// <param name="Name">A consumer, or a broker.</param>
/// <param name="Transport">Which way it is fed.</param>
/// <param name="Since">When the oldest of them was put there; null when nothing waits.</param>
/// <param name="BehindSince">Since when it is to catch up with what a broker has lost; null where it is not.</param>
public sealed record DeliveryQueue(string Name, string Transport, long Events, DateTime? Since, DateTime? BehindSince);
