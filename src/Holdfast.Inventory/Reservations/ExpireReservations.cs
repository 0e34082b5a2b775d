using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Inventory.Reservations;

/// <summary>
/// Gives back the stock of reservations whose time is over: a bounded batch over the index, once a second, by any number of workers.
/// Deciding does not depend on it: whoever touches an overdue reservation expires it.
/// </summary>
public sealed class ExpireReservations(Db db, RelaySignal signal, ILogger<ExpireReservations> log) : Sweep(db, Pause, BatchSize, log)
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Expires at most one batch of what is due. Returns the number.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // A look first: an idle system takes no write lock every second.
        var (now, due) = await Db.ReadAsync(async s =>
        {
            var batch = s.Batch();
            var clock = batch.Now();
            var first = batch.Query("SELECT MIN(expires_at) FROM reservations WHERE status = 'active'", r => r.TimeOrNull(0));
            await batch.RunAsync();
            return (clock.Rows[0], first.Rows[0]);
        }, ct);
        return due is { } time && time <= now ? await Db.WriteAsync(tx => ExpireAsync(tx, now), ct) : 0;
    }

    private async Task<int> ExpireAsync(Tx tx, DateTime due)
    {
        // Those that somebody holds are being decided on; they come next time, if they are still active.
        var ids = await tx.QueryAsync(
            $"SELECT id FROM reservations WHERE status = 'active' AND expires_at <= $1 ORDER BY expires_at LIMIT {BatchSize} {{skip "
            + $"locked}}",
            r => r.Uuid(0), due);
        if (ids.Count == 0)
        {
            return 0;
        }

        var opening = tx.Batch();
        var fetched = ReservationStore.Peek(opening, [.. ids]);
        await opening.RunAsync();
        var reservations = new ReservationBook(fetched.All());
        var (stock, now) = await ReservationQueue.LoadStockAsync(tx, fetched.All().SelectMany(r => r.Lines));
        var expired = ids.Count(id => Expire(reservations, stock, id, now));

        var writes = tx.Batch();
        var events = new EventLog();
        await StockStore.SaveAsync(stock, tx, writes, events, now, "system");
        ReservationStore.Save(reservations, writes, events, _ => "system");
        events.Save(writes);
        await writes.RunAsync();
        tx.AfterCommit(signal.Wake);
        return expired;
    }

    /// <summary>One that cannot be expired is logged, and does not keep the others from it.</summary>
    private bool Expire(ReservationBook reservations, StockBook stock, Guid id, DateTime now)
    {
        var (stockSavepoint, savepoint) = (stock.Savepoint(), reservations.Savepoint());
        try
        {
            return reservations.Expire(stock, id, now);
        }
        catch (Exception e)
        {
            Log.LogError(e, "Reservation {Id} could not be expired", id);
            stock.Undo(stockSavepoint);
            reservations.Undo(savepoint);
            return false;
        }
    }
}
