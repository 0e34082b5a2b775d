namespace Holdfast.Notifications.Core;

/// <summary>When a mail that could not be sent is tried again.</summary>
public static class MailRetries
{
    /// <summary>After so many tries, about two days, a mail is given up: it is a dead letter.</summary>
    public const int MaxAttempts = 19;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>The wait after so many tries: doubling from ten seconds to six hours, up to a quarter more or less.</summary>
    /// <param name="chance">From 0 to 1: so that what failed together is not tried together.</param>
    public static TimeSpan After(int attempts, double chance)
    {
        var wait = First * Math.Pow(2, Math.Clamp(attempts - 1, 0, 20));
        return (wait < Longest ? wait : Longest) * (0.75 + (chance / 2));
    }
}
