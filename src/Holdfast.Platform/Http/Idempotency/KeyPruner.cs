using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Http.Idempotency;

/// <summary>
/// Removes Idempotency-Keys, and answers that only they refer to, once no retry is to be expected any more. Any number of workers may run
/// it.
/// </summary>
public sealed class KeyPruner(Db db, ILogger<KeyPruner> log) : Sweep(db, Interval, MaxAtOnce, log)
{
    /// <summary>How long a key is kept: twice the promised time.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(48);

    private const int MaxAtOnce = 50_000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Removes keys that are past their time, in slices, up to the given number. Returns the number removed.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // There is no index by time: one scan an hour costs less than keeping one with every order.
        var (old, before) = await Db.ReadAsync(async session =>
        {
            var before = await session.NowAsync() - Retention;
            return (await session.QueryAsync($"SELECT key FROM idempotency_keys WHERE created_at < $1 LIMIT {MaxAtOnce}", r => r.Uuid(0),
                before), before);
        }, ct);
        return await ForgetAsync(old, before, ct);
    }

    /// <summary>
    /// Removes those of the keys that were stored before the given time. Returns the number removed. A key may have been removed and used
    /// again after it was read: the new use keeps it. A key that somebody is using at this moment is skipped.
    /// </summary>
    internal async Task<int> ForgetAsync(IReadOnlyList<Guid> keys, DateTime before, CancellationToken ct)
    {
        var forgotten = 0;
        await foreach (var slice in Db.WriteInSlicesAsync(keys,
            (tx, some) => tx.ExecuteAsync("DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys "
            + "WHERE key {in $1} AND created_at < $2 {skip locked})", some.ToArray(), before), ct))
        {
            forgotten += slice;
        }

        return forgotten;
    }
}
