using System.Diagnostics;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// By how much this machine is late: how much longer than asked for a thread waited, again and again while something was done. A bound on
/// time allows for it: a machine that is busy with other things delays the product as it delays this.
/// </summary>
internal sealed class Lateness : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Task _watching;
    private long _worst;
    private long _total;

    private Lateness() => _watching = Task.Run(WatchAsync);

    /// <summary>How long one of the waits was too long, at worst.</summary>
    public TimeSpan Worst => TimeSpan.FromTicks(Volatile.Read(ref _worst));

    /// <summary>How long all waits together were too long.</summary>
    public TimeSpan Total => TimeSpan.FromTicks(Volatile.Read(ref _total));

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Measures from now on.</summary>
    public static Lateness Watch() => new();

    /// <summary>
    /// From the beginning until now it took no longer than the bound and, for each of two sides that wait for one another, what the machine
    /// was late.
    /// </summary>
    public void Within(TimeSpan bound, string? more = null)
    {
        var took = Elapsed;
        Assert.True(took <= bound + (2 * Total), $"{took}, of which the machine was late {Total}; {more}");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var before = Stopwatch.GetTimestamp();
            await Task.Delay(Pause, CancellationToken.None);
            var late = (Stopwatch.GetElapsedTime(before) - Pause).Ticks;
            Volatile.Write(ref _worst, Math.Max(_worst, late));
            Volatile.Write(ref _total, _total + Math.Max(0, late));
        }
    }
}
