namespace Holdfast.Identity.Core;

/// <summary>Mails of one kind that were asked for by, or for, somebody.</summary>
internal sealed record AskedMails(int Asked, DateTime DayBeganAt, DateTime LastAt);
