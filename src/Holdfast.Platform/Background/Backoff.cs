namespace Holdfast.Platform.Background;

/// <summary>
/// How long to wait after failures: doubling from the first wait to the longest, up to a quarter more or less, so that what failed together
/// is not tried together.
/// </summary>
/// <param name="First">The wait after one failure.</param>
/// <param name="Longest">The waits do not grow beyond it.</param>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    // Enough to grow from a millisecond to eleven days; beyond, a TimeSpan would overflow one day.
    private const int MaxDoublings = 30;

    /// <summary>A wait that does not grow.</summary>
    public static Backoff Every(TimeSpan wait) => new(wait, wait);

    /// <summary>The wait after so many failures in a row.</summary>
    public TimeSpan After(int failures) => After(failures, Random.Shared.NextDouble());

    /// <summary>The wait after so many failures in a row.</summary>
    /// <param name="chance">From 0 to 1.</param>
    public TimeSpan After(int failures, double chance)
    {
        var wait = First.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, MaxDoublings));
        return TimeSpan.FromMilliseconds(Math.Min(wait, Longest.TotalMilliseconds) * (0.75 + (chance / 2)));
    }
}
