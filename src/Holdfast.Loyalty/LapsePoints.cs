using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Loyalty;

/// <summary>
/// Books the points whose time is over: a bounded batch over the index, four times a minute, by any number of workers. Deciding does not
/// depend on it: whoever opens an account books what has lapsed.
/// </summary>
public sealed class LapsePoints(Db db, ILogger<LapsePoints> log) : Sweep(db, Pause, BatchSize, log)
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Books at most one batch of accounts that are due. Returns their number.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // A look first: an idle system takes no write lock.
        var (now, due) = await Db.ReadAsync(async s =>
        {
            var batch = s.Batch();
            var clock = batch.Now();
            var first = batch.Query("SELECT MIN(next_expiry) FROM points_accounts WHERE next_expiry IS NOT NULL", r => r.TimeOrNull(0));
            await batch.RunAsync();
            return (clock.Rows[0], first.Rows[0]);
        }, ct);
        return due <= now ? await Db.WriteAsync(tx => LapseAsync(tx, now), ct) : 0;
    }

    private async Task<int> LapseAsync(Tx tx, DateTime due)
    {
        // Those that somebody holds are being decided on, and settled with that.
        var found = await tx.QueryAsync(
            $"SELECT customer_id, store_id FROM points_accounts WHERE next_expiry <= $1 ORDER BY next_expiry LIMIT {BatchSize} {{skip "
            + $"locked}}",
            r => (CustomerId: r.Uuid(0), StoreId: r.Uuid(1)), due);
        foreach (var store in found.GroupBy(a => a.StoreId))
        {
            await SettleAsync(tx, [.. store]);
        }

        return found.Count;
    }

    /// <summary>One account that cannot be settled is logged, and does not keep the others from it.</summary>
    /// <param name="accounts">Of one store, and held already: there is nobody to wait for.</param>
    private async Task SettleAsync(Tx tx, IReadOnlyList<(Guid CustomerId, Guid StoreId)> accounts)
    {
        PointsBook book;
        DateTime now;
        try
        {
            (book, now) = await PointsStore.LoadAsync(tx, accounts, claim: false);
        }
        catch (ArithmeticException e)
        {
            if (accounts.Count == 1)
            {
                Log.LogError(e, "What has lapsed of the points of customer {Customer} in store {Store} cannot be booked",
                    accounts[0].CustomerId, accounts[0].StoreId);
                return;
            }

            foreach (var account in accounts)
            {
                await SettleAsync(tx, [account]);
            }

            return;
        }

        var batch = tx.Batch();
        PointsStore.Save(book, batch, now);
        await batch.RunAsync();
    }
}
