using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>
/// Work that is looked for again and again by any number of workers, in bounded batches: a full batch is followed by the next at once,
/// otherwise there is a pause. A failure is logged, the pauses grow, and nothing is lost by it: what is due stays due.
/// </summary>
/// <param name="batchSize">The result of <see cref="SweepOnceAsync"/> that means that more may be due.</param>
public abstract class Sweep(Db db, TimeSpan pause, int batchSize, ILogger log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    protected Db Db => db;

    /// <summary>The log of this sweep.</summary>
    protected ILogger Log => log;

    private readonly SemaphoreSlim _woken = new(0, 1);
    private volatile bool _comesBackSoon;

    /// <summary>Ends the pause: something may be due. Never blocks.</summary>
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

    /// <summary>
    /// What is due could not be done because others were in the way: the next look comes soon, however long the pauses are.
    /// </summary>
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
