using Holdfast.Platform;

namespace Holdfast.Identity.Core;

/// <summary>
/// Slows down the guessing of passwords: some failures are free, then each next one costs twice the wait of the one before.
/// </summary>
internal static class Lockout
{
    /// <summary>The free failures of one address, or one device, for one email.</summary>
    public const int Free = 5;

    /// <summary>
    /// Of all strangers for one email, whatever their addresses: NIST SP 800-63B, 5.2.2. An address adds its free ones and no more, and all
    /// addresses of an IPv6 /48 together add no more, so that one alone, such as a program with an old password, never comes near.
    /// </summary>
    public const int FreeOfStrangers = 100;

    /// <summary>
    /// While strangers have to wait, an address without a failure of its own has one try, for the owner may be there: so many within a day
    /// for one email. Whoever means to keep the owner out needs as many networks.
    /// </summary>
    public const int FirstTries = 200;

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>After this time without a failure the count begins again.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromHours(24);

    /// <summary>
    /// Notes an attempt, as failed until it is known to be right, so that guesses made at once count, too; 429 while it is blocked,
    /// whatever the password.
    /// </summary>
    /// <param name="free">How many failures cost nothing.</param>
    public static Result<Attempts> Attempt(Attempts? before, DateTime now, int free = Free)
    {
        if (before?.BlockedUntil is { } until && until > now)
        {
            return IdentityErrors.TooManyAttempts with { RetryAfterSeconds = (int)Math.Ceiling((until - now).TotalSeconds) };
        }

        var failures = before is null || now - before.LastAt > Forgotten ? 1 : before.Failures + 1;
        return new Attempts(failures, now, failures < free ? null : now + Wait(failures - free));
    }

    /// <summary>Notes an attempt of a network that does not wait itself.</summary>
    public static Attempts Count(Attempts? before, DateTime now) =>
        new(IsFresh(before, now) ? 1 : before!.Failures + 1, now, null);

    /// <summary>Counts one try of an address that has none behind it; null where there is none left within the day.</summary>
    /// <param name="used">Their number, and when the day of the first began.</param>
    public static Attempts? FirstTry(Attempts? used, DateTime now) =>
        used is null || used.Failures == 0 || now - used.LastAt > Forgotten ? new Attempts(1, now, null)
        : used.Failures < FirstTries ? used with { Failures = used.Failures + 1 }
        : null;

    /// <summary>Whether there is no failure, or none that still counts.</summary>
    public static bool IsFresh(Attempts? before, DateTime now) => before is null or { Failures: 0 } || now - before.LastAt > Forgotten;

    private static TimeSpan Wait(int doublings) =>
        TimeSpan.FromSeconds(Math.Min(1L << Math.Min(doublings, 20), (long)Longest.TotalSeconds));
}
