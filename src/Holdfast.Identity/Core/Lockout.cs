using Holdfast.Platform;

namespace Holdfast.Identity;

/// <summary>The failed sign-ins of an account, the one under way included.</summary>
internal sealed record Attempts(int Failures, DateTime LastAt, DateTime? BlockedUntil);

/// <summary>How guessing passwords is slowed down: five failures are free, then each next one costs twice the wait of the one before.</summary>
internal static class Lockout
{
    public const int Free = 5;
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>After so long without a failure the count begins anew.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromHours(24);

    /// <summary>
    /// Notes an attempt, as failed until it is known to be right, so that guesses made at once count, too; 429 while the account is blocked,
    /// whatever the password.
    /// </summary>
    public static Result<Attempts> Attempt(Attempts? before, DateTime now)
    {
        if (before?.BlockedUntil is { } until && until > now)
        {
            return IdentityErrors.TooManyAttempts with { RetryAfterSeconds = (int)Math.Ceiling((until - now).TotalSeconds) };
        }

        var failures = before is null || now - before.LastAt > Forgotten ? 1 : before.Failures + 1;
        return new Attempts(failures, now, failures < Free ? null : now + Wait(failures));
    }

    private static TimeSpan Wait(int failures)
    {
        var doublings = Math.Min(failures - Free, 20);
        return TimeSpan.FromSeconds(Math.Min(1L << doublings, (long)Longest.TotalSeconds));
    }
}
