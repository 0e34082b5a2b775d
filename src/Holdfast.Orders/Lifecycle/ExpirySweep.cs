using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Lifecycle;

/// <summary>
/// Gives the stock of overdue orders back. It only cleans up: every decision checks the time itself. Any number of workers may run it;
/// rows that somebody is busy with are passed over. Redis wakes it when an order's time is over; without Redis, it looks at intervals.
/// </summary>
public sealed class ExpirySweep : Sweep
{
    private const int BatchSize = 500;

    private readonly ChangeQueue _queue;
    private volatile bool _isRefused;

    public ExpirySweep(Db db, ChangeQueue queue, PaymentDeadlines sessions, OrderOptions options, ILogger<ExpirySweep> log)
        : base(db, options.SweepEvery, BatchSize, log)
    {
        _queue = queue;
        sessions.Expired += Wake;
    }

    /// <summary>Expires up to a batch of overdue orders. Returns the number handled.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        var due = await Db.ReadAsync(async session =>
        {
            var now = await session.NowAsync();
            return await session.QueryAsync(
                $"SELECT id, store_id FROM orders WHERE status = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT {BatchSize} "
                + $"{{skip locked}}",
                r => (Id: r.Uuid(0), StoreId: r.Uuid(1)), now);
        }, ct);
        var outcomes = await Task.WhenAll(due.Select(d => ExpireAsync(new ExpireCommand(d.Id, d.StoreId, "system"))));
        if (_isRefused && !outcomes.Any(IsRefused))
        {
            _isRefused = false;
            Log.LogInformation("Overdue orders are expired again");
        }

        // That the database cannot be used has been logged where it was noticed.
        foreach (var error in outcomes.Where(o => o.Error is { Status: not 503 }).Select(o => o.Error!).DistinctBy(e => e.Code))
        {
            Log.LogWarning("An overdue order was not expired ({Code}); the next sweep tries again", error.Code);
        }

        return outcomes.Count(o => o.IsOk);
    }

    private async Task<Result<ChangeResult>> ExpireAsync(ExpireCommand command)
    {
        var outcome = await _queue.ChangeAsync(new ChangeRequest(command, null));
        if (IsRefused(outcome))
        {
            ComeBackSoon();
            TellOfRefusal();
        }

        return outcome;
    }

    /// <summary>Logs once, at once, when stock begins to be held for longer than it should be, and once when that ends.</summary>
    private void TellOfRefusal()
    {
        if (!_isRefused)
        {
            _isRefused = true;
            Log.LogWarning("Overdue orders are not expired, because too many changes of their stores wait; they are tried again soon");
        }
    }

    private static bool IsRefused(Result<ChangeResult> outcome) => outcome.Error?.Code == Errors.Busy.Code;
}
