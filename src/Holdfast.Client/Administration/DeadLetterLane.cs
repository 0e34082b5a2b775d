namespace Holdfast.Client;

/// <summary>Whose dead letters are tried again.</summary>
/// <param name="Lane">A consumer, a broker, <c>mails</c> or <c>order_inbox</c>.</param>
public sealed record DeadLetterLane(string Lane);
