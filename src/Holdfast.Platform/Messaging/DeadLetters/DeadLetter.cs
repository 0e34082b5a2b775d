
namespace Holdfast.Platform.Messaging.DeadLetters;

/// <summary>A message that could not be handled, with the reason and its payload.</summary>
/// <param name="Lane">Where it lies: the name of a consumer, <c>order_inbox</c>, or <c>mails</c>.</param>
/// <param name="Subject">With <paramref name="Sequence"/>, the event if it is one of ours; else null.</param>
/// <param name="Attempts">How often it was tried.</param>
public sealed record DeadLetter(Guid Id, string Lane, Guid? Subject, int? Sequence, string? Type, string Reason, byte[] Payload,
    int Attempts, DateTime CreatedAt);
