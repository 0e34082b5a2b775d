namespace Holdfast.Webhooks.Core;

/// <summary>When a delivery that failed is tried again, and when an endpoint is left alone.</summary>
public static class WebhookRetries
{
    /// <summary>An endpoint that has answered nothing but failures for so long is paused.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
            TimeSpan.FromHours(10), TimeSpan.FromHours(10),
        TimeSpan.FromHours(10), TimeSpan.FromHours(10), TimeSpan.FromHours(10), TimeSpan.FromHours(10),
    ];

    /// <summary>After so many tries, about three days, a delivery is given up.</summary>
    public static int MaxAttempts => Waits.Length + 1;

    /// <summary>
    /// The wait after so many tries; null: it is given up. Up to a tenth more, so that what failed together is not tried together.
    /// </summary>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan? After(int attempts, double chance) => attempts > Waits.Length ? null
        : Waits[Math.Max(attempts, 1) - 1] * (1 + (chance / 10));

    /// <summary>Whether an endpoint is paused by a failure now.</summary>
    /// <param name="failingSince">Of the first failure after the last success.</param>
    /// <param name="httpStatus">410 says that nobody wants it any more.</param>
    public static bool Pauses(DateTime? failingSince, int? httpStatus, DateTime now) => httpStatus == 410
        || (failingSince is { } since && now - since >= Patience);
}
