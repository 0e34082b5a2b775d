namespace Holdfast.Identity.Core;

/// <summary>
/// How many mails with links may be sent. One address gets three a day, and then one an hour: a link is valid for an hour, so the owner of
/// the mailbox always finds a valid one, however often strangers ask. A mailbox and a client also have a daily limit.
/// </summary>
internal static class MailQuota
{
    public const int AtOnce = 3;

    /// <summary>Over all addresses of a mailbox that differ in what follows a plus; who has proved theirs is not concerned.</summary>
    public const int OfMailbox = 30;

    /// <summary>One address may be that of many customers of a mobile network.</summary>
    public const int OfClient = 200;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What is kept when one more is sent; null where it is not.</summary>
    /// <param name="most">A day.</param>
    /// <param name="then">The pause after which there is one more nonetheless; null: there is none.</param>
    public static AskedMails? Ask(AskedMails? before, int most, TimeSpan? then, DateTime now)
    {
        if (before is null || now - before.DayBeganAt >= Day)
        {
            return new AskedMails(1, now, now);
        }

        return before.Asked < most || now - before.LastAt >= then ? before with { Asked = before.Asked + 1, LastAt = now } : null;
    }

    /// <summary>The mailbox that an email leads to at most providers.</summary>
    public static string Mailbox(string emailKey)
    {
        var at = emailKey.IndexOf('@', StringComparison.Ordinal);
        var plus = emailKey.IndexOf('+', StringComparison.Ordinal);
        return plus > 0 && plus < at ? emailKey[..plus] + emailKey[at..] : emailKey;
    }
}
