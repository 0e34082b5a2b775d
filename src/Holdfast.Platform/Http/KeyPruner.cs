using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Http;

/// <summary>Forgets Idempotency-Keys, and the answers that only they keep, once no retry is to be expected any more. Any number of workers may run it.</summary>
public sealed class KeyPruner(Db db, ILogger<KeyPruner> log) : Sweep(db, Interval, MaxAtOnce, log)
{
    /// <summary>How long a key is kept: twice what is promised.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(48);

    private const int MaxAtOnce = 50_000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Removes up to so many keys that are past their time, in slices; how many.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // There is no index by time: one scan an hour costs less than keeping one with every order.
        var old = await Db.ReadAsync(async session =>
        {
            var before = await session.NowAsync().ConfigureAwait(false) - Retention;
            return await session.QueryAsync($"SELECT key FROM idempotency_keys WHERE created_at < $1 LIMIT {MaxAtOnce}", r => r.Uuid(0), before).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        var pruned = 0;
        await foreach (var slice in Db.WriteInSlicesAsync(old, (tx, keys) => tx.ExecuteAsync("DELETE FROM idempotency_keys WHERE key {in $1}", keys.ToArray()), ct).ConfigureAwait(false))
        {
            pruned += slice;
        }

        return pruned;
    }
}
