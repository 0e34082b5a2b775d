using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>
/// Background work that any number of workers look for in bounded batches. A full batch is followed by the next at once; otherwise there is
/// a pause. A failure is logged, and the pauses grow; nothing is lost, because what is due stays due.
/// </summary>
/// <param name="batchSize">If <see cref="SweepOnceAsync"/> returns this number, more may be due.</param>
public abstract class Sweep(Db db, TimeSpan pause, int batchSize, ILogger log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    protected Db Db => db;

    /// <summary>The log of this sweep.</summary>
    protected ILogger Log => log;

    private readonly SemaphoreSlim _woken = new(0, 1);
    private volatile bool _comesBackSoon;

    /// <summary>Ends the pause, because something may be due. Never blocks.</summary>
    public void Wake()
    {
        try
        {
            _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    /// <summary>Work that is due was skipped because others hold its rows: the next look comes soon, however long the pauses are.</summary>
    protected void ComeBackSoon() => _comesBackSoon = true;

    /// <summary>Does at most one batch of what is due. Returns how much was done.</summary>
    public abstract Task<int> SweepOnceAsync(CancellationToken ct = default);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            var done = 0;
            _comesBackSoon = false;
            try
            {
                done = await SweepOnceAsync(stoppingToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (db.IsUnavailable(e))
            {
                failures++;
                db.Note(log, e);
            }
            catch (Exception e)
            {
                failures++;
                log.LogError(e, "{Sweep} failed; the next one follows", GetType().Name);
            }

            if (done < batchSize)
            {
                var longer = TimeSpan.FromMilliseconds(failures == 0 ? 0 : 200 << Math.Min(failures, 6));
                var next = _comesBackSoon && pause > Soon ? Soon : longer < pause ? pause : longer < LongestPause ? longer : LongestPause;
                await ((Task)_woken.WaitAsync(next, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
