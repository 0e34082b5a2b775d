using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Background;

/// <summary>
/// Work that is looked for again and again by any number of workers, in bounded batches: a full batch is followed by the next at once,
/// otherwise there is a pause. A failure is logged, the pauses grow, and nothing is lost by it: what is due stays due.
/// </summary>
/// <param name="batchSize">The result of <see cref="SweepOnceAsync"/> that means that more may be due.</param>
public abstract class Sweep(Db db, TimeSpan pause, int batchSize, ILogger log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    private readonly WakeSignal _signal = new();
    private volatile bool _comesBackSoon;

    protected Db Db => db;

    /// <summary>The log of this sweep.</summary>
    protected ILogger Log => log;

    /// <summary>Ends the pause: something may be due. Never blocks.</summary>
    public void Wake() => _signal.Wake();

    /// <summary>
    /// What is due could not be done because others were in the way: the next look comes soon, however long the pauses are.
    /// </summary>
    protected void ComeBackSoon() => _comesBackSoon = true;

    /// <summary>Does at most one batch of what is due. Returns how much was done.</summary>
    public abstract Task<int> SweepOnceAsync(CancellationToken ct = default);

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => new BackgroundLoop(StepAsync, Report)
    {
        Signal = _signal,
        // A failure shortens no pause.
        Backoff = new Backoff(pause > FirstPause ? pause : FirstPause, pause > LongestPause ? pause : LongestPause),
    }.RunAsync(stoppingToken);

    private async Task<TimeSpan?> StepAsync(CancellationToken ct)
    {
        _comesBackSoon = false;
        if (await SweepOnceAsync(ct) >= batchSize)
        {
            return TimeSpan.Zero;
        }

        return _comesBackSoon && pause > Soon ? Soon : pause;
    }

    private void Report(Exception e, int failures)
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogError(e, "{Sweep} failed; the next one follows", GetType().Name);
        }
    }
}
