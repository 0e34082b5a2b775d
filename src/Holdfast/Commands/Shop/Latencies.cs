namespace Holdfast.Commands.Shop;

/// <summary>Durations from many callers at once, and their percentiles.</summary>
internal sealed class Latencies
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _milliseconds.Count;
            }
        }
    }

    public void Add(TimeSpan took)
    {
        lock (_lock)
        {
            _milliseconds.Add(took.TotalMilliseconds);
        }
    }

    /// <summary>The nearest-rank percentile in milliseconds, 0 when nothing was measured.</summary>
    public double Percentile(double percent)
    {
        double[] sorted;
        lock (_lock)
        {
            sorted = [.. _milliseconds];
        }

        Array.Sort(sorted);
        return sorted.Length == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public override string ToString() => FormattableString.Invariant($"p50 {Percentile(50):0.0} ms, p99 {Percentile(99):0.0} ms");
}
