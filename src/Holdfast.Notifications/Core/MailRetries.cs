using Holdfast.Platform.Background;

namespace Holdfast.Notifications.Core;

/// <summary>When a mail that could not be sent is tried again.</summary>
public static class MailRetries
{
    /// <summary>After so many tries, about two days, a mail is given up: it is a dead letter.</summary>
    public const int MaxAttempts = 19;

    private static readonly Backoff Waits = new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(6));

    /// <summary>The wait after so many tries: doubling from ten seconds to six hours, up to a quarter more or less.</summary>
    /// <param name="chance">From 0 to 1: so that what failed together is not tried together.</param>
    public static TimeSpan After(int attempts, double chance) => Waits.After(attempts, chance);
}
