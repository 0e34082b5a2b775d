using Holdfast.Carts.Storage;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Carts;

/// <summary>Removes carts that nobody has changed for long: bounded batches over an index, by any number of workers.</summary>
public sealed class SweepCarts(Db db, ILogger<SweepCarts> log) : Sweep(db, Pause, BatchSize, log)
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    /// <summary>Removes at most one batch of what is due. Returns the number of carts.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // A look first: an idle system takes no write lock for nothing.
        var (now, due) = await Db.ReadAsync(async session =>
        {
            var batch = session.Batch();
            var clock = batch.Now();
            var first = batch.Query("SELECT MIN(expires_at) FROM carts", r => r.TimeOrNull(0));
            await batch.RunAsync();
            return (clock.Rows[0], first.Rows[0]);
        }, ct);
        return due is not { } time || time > now ? 0 : await Db.WriteAsync(async tx =>
        {
            // Those that somebody holds are in use.
            var found = await tx.QueryAsync(
                $"SELECT id, store_id, owner FROM carts WHERE expires_at <= $1 ORDER BY expires_at LIMIT {BatchSize} {{skip locked}}",
                r => (Id: r.Uuid(0), StoreId: r.Uuid(1), Owner: r.Text(2)), now);
            var batch = tx.Batch();
            found.ForEach(c => batch.Invalidate(CartNames.Cart(c.StoreId, c.Owner)));
            CartTable.Remove(batch, [.. found.Select(c => c.Id)]);
            await batch.RunAsync();
            return found.Count;
        }, ct);
    }
}
