namespace Holdfast.Client;

/// <summary>An event or message that could not be handled.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Lane">Whose it is: a consumer, a broker, <c>mails</c> or <c>order_inbox</c>.</param>
/// <param name="Subject">The order, variant or reservation that it is about; null where it is of no event.</param>
/// <param name="Sequence">Of the event within its subject; null where it is of no event.</param>
/// <param name="Type">The event's; null where it is not known.</param>
/// <param name="Reason">Why it could not be handled.</param>
/// <param name="Payload">The first 16 KiB of it, as text.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record DeadLetter(Guid Id, string Lane, Guid? Subject, int? Sequence, string? Type, string Reason, string Payload,
    int Attempts, DateTimeOffset CreatedAt);
