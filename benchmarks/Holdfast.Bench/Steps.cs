using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>
/// The steps of the batches as the driver sees them: each round trip to PostgreSQL is an activity of Npgsql's. What a batch takes beside
/// its round trips is deciding and preparing rows.
/// </summary>
internal sealed class Steps : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly Dictionary<string, (long Count, TimeSpan Time)> _steps = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public Steps()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Take,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Print()
    {
        lock (_steps)
        {
            foreach (var (name, (count, time)) in _steps.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name}: {count} round trips, {time.TotalMilliseconds / count:0.00} ms each, {time / _clock.Elapsed:0.00} at a time"));
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Activity activity)
    {
        var text = (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) as string ?? activity.DisplayName;
        // Names sort in the order of the steps.
        var step = text.StartsWith("COPY", StringComparison.OrdinalIgnoreCase) ? $"3 ink, copy {text.Split(' ')[1]}"
            : text.Contains("UPDATE stock ", StringComparison.Ordinal) ? "3 ink"
            : text.StartsWith("COMMIT", StringComparison.Ordinal) ? "4 commit"
            : text.StartsWith("BEGIN", StringComparison.Ordinal) ? "2 open"
            : text.Contains("idempotency_keys", StringComparison.Ordinal) ? "1 peek"
            : "others";
        lock (_steps)
        {
            var (count, time) = _steps.GetValueOrDefault(step);
            _steps[step] = (count + 1, time + activity.Duration);
        }
    }
}
