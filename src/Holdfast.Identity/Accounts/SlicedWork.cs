using System.Diagnostics;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity.Accounts;

/// <summary>
/// Work on an account that is too long for one transaction. It is a row of a table until it is done, and each slice commits how far it
/// has come: the request that has begun it goes on with it for two seconds, and any worker does after that, after a crash too.
/// </summary>
internal abstract class SlicedWork(Db db, ILogger log) : Sweep(db, Pause, batchSize: 1, log)
{
    private const int SlicesBetweenLines = 100;
    private const int LongestRest = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _slices;

    /// <summary>Does one slice of the row that the condition finds; null where there is none.</summary>
    /// <param name="condition">The end of a SELECT of the table, after WHERE.</param>
    protected abstract Task<Slice?> SliceAsync(Tx tx, string condition, object key);

    /// <summary>Works on what was begun for the account, for two seconds at most; what is then left is the workers'.</summary>
    /// <returns>The number of things that were done.</returns>
    public async Task<int> ContinueAsync(Guid accountId)
    {
        var clock = Stopwatch.StartNew();
        var count = 0;
        try
        {
            while (clock.Elapsed < Patience)
            {
                var slice = await SliceAsync("user_id = $1 LIMIT 1 {lock}", accountId, CancellationToken.None);
                count += slice?.Count ?? 0;
                if (slice is not { Left: AccountRemainder.More })
                {
                    break;
                }
            }
        }
        catch (Exception e) when (Db.IsUnavailable(e))
        {
            // It was begun, which is what was asked for; the rest follows.
            Db.Note(Log, e);
        }

        Wake();
        return count;
    }

    /// <summary>A slice of what has waited longest; 0 where none is due.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default) =>
        await SliceAsync("next_at <= $1 ORDER BY next_at LIMIT 1 {skip locked}", await Db.ReadAsync(s => s.NowAsync(), ct), ct) is null ? 0
        : 1;

    private async Task<Slice?> SliceAsync(string condition, object key, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var slice = await Db.WriteAsync(async tx =>
        {
            var done = await SliceAsync(tx, condition, key);
            if (done is null)
            {
                await tx.RollbackAsync();
            }

            return done;
        }, ct);
        if (slice is { Left: AccountRemainder.More } && Db.Name == "sqlite")
        {
            // It has one writer: others come in between.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(LongestRest, clock.ElapsedMilliseconds)), ct);
        }

        if (slice is not null && Interlocked.Increment(ref _slices) % SlicesBetweenLines == 0)
        {
            Log.LogInformation("{Work} goes on with the account {Account}: {Slices} slices so far",
                GetType().Name, slice.AccountId, _slices);
        }

        return slice;
    }

    /// <summary>What a slice has done.</summary>
    protected sealed record Slice(Guid AccountId, AccountRemainder Left, int Count);
}
