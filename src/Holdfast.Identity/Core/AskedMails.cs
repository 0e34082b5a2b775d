namespace Holdfast.Identity.Core;

/// <summary>The mails of one kind that were requested by, or for, one person.</summary>
internal sealed record AskedMails(int Asked, DateTime DayBeganAt, DateTime LastAt);
