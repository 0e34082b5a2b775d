using System.Diagnostics;

namespace Holdfast.Platform.Data;

/// <summary>
/// Remembers whether the last caller found the database unusable. While it is unusable, a batch tries once instead of several times, and
/// the pause between two tries grows up to a second.
/// </summary>
internal sealed class Outage
{
    private int _failures;
    private long _retryAt;

    public bool IsOn => Volatile.Read(ref _failures) > 0;

    /// <summary>True during the pause: nobody should use the database now.</summary>
    public bool IsPausing => IsOn && Stopwatch.GetTimestamp() < Interlocked.Read(ref _retryAt);

    public void Failed()
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(1_000, 25 << Math.Min(Interlocked.Increment(ref _failures), 6)));
        Interlocked.Exchange(ref _retryAt, Stopwatch.GetTimestamp() + (long)(pause.TotalSeconds * Stopwatch.Frequency));
    }

    public void Ended() => Volatile.Write(ref _failures, 0);
}
