using System.Diagnostics;

namespace Holdfast.Platform.Data;

/// <summary>
/// Whether the database was found unusable by whoever tried last. Then a batch tries once, not several times, and between two tries there
/// is a pause that grows up to a second.
/// </summary>
internal sealed class Outage
{
    private int _failures;
    private long _retryAt;

    public bool IsOn => Volatile.Read(ref _failures) > 0;

    /// <summary>In the pause: nobody should ask the database now.</summary>
    public bool IsPausing => IsOn && Stopwatch.GetTimestamp() < Interlocked.Read(ref _retryAt);

    public void Failed()
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(1_000, 25 << Math.Min(Interlocked.Increment(ref _failures), 6)));
        Interlocked.Exchange(ref _retryAt, Stopwatch.GetTimestamp() + (long)(pause.TotalSeconds * Stopwatch.Frequency));
    }

    public void Ended() => Volatile.Write(ref _failures, 0);
}
