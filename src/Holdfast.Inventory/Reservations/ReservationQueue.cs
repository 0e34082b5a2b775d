using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Inventory.Reservations;

/// <summary>Waiting reservation commands become batches: peek without locks, load, decide, save, one commit.</summary>
public sealed class ReservationQueue(Db db, RelaySignal signal, ILogger<ReservationQueue> log)
    : BatchQueue<ReservationCommand, Reply>(db, log, AtOnce, Capacity, MaxBatch)
{
    private const int AtOnce = 2;
    private const int Capacity = 10_000;
    private const int MaxBatch = 256;

    /// <summary>
    /// Queues a command. Callers take turns here, as stores do elsewhere: which store a reservation is of, only the batch finds out.
    /// </summary>
    public async Task<Reply> SubmitAsync(ReservationCommand command)
    {
        var result = await SubmitAsync(command, command.Caller.Subject ?? Guid.Empty);
        return result.IsOk ? result.Value : result.Error!;
    }

    protected override async Task<Result<Reply>[]> AttemptAsync(IReadOnlyList<ReservationCommand> commands, BatchAttempt<Reply> attempt)
    {
        var outcomes = new Result<Reply>?[commands.Count];
        var look = await Db.ReadAsync(s => ReservationLook.TakeAsync(s, commands));
        for (var i = 0; i < commands.Count; i++)
        {
            outcomes[i] = look.Answer(commands[i]);
        }

        if (outcomes.Any(o => o is null))
        {
            await WriteAsync(commands, look, outcomes, attempt);
        }

        return [.. outcomes.Select(o => o!.Value)];
    }

    private async Task WriteAsync(IReadOnlyList<ReservationCommand> commands, ReservationLook look, Result<Reply>?[] outcomes,
        BatchAttempt<Reply> attempt)
    {
        var open = Enumerable.Range(0, commands.Count).Where(i => outcomes[i] is null).ToList();
        var keys = new KeyClaims(open.Select(i => commands[i]));
        await using var tx = await Db.BeginAsync();
        var opening = tx.Batch();
        keys.Claim(opening, look.Now);
        var fetched = ReservationStore.Load(opening,
            [.. open.Select(i => commands[i]).Where(c => c is not ReserveCommand).Select(c => c.Id).Distinct()]);
        await opening.RunAsync();

        var reservations = new ReservationBook(fetched.All());
        var (stock, now) = await LoadStockAsync(tx, fetched.All().SelectMany(r => r.Lines)
            .Concat(open.Select(i => commands[i]).OfType<ReserveCommand>().SelectMany(c => c.Lines)));
        var holds = await StockStore.HoldsAsync(stock, tx);
        var decision = new Decision(look, reservations, stock, holds, now);
        foreach (var i in open)
        {
            outcomes[i] = keys.Replay(commands[i]) ?? keys.Keep(commands[i], Decide(decision, commands[i]));
        }

        var writes = tx.Batch();
        var events = new EventLog();
        await StockStore.SaveAsync(stock, tx, writes, events, now, open.Count == 1 ? commands[open[0]].Caller.Actor : "system");
        ReservationStore.Save(reservations, writes, events, id => decision.Actors[id]);
        events.Save(writes);
        keys.Save(writes, now);
        await writes.RunAsync();
        if (events.Count > 0)
        {
            tx.AfterCommit(signal.Wake);
        }

        await attempt.CommitAsync(tx, [.. outcomes.Select(o => o!.Value)]);
    }

    private sealed record Decision(ReservationLook Look, ReservationBook Reservations, StockBook Stock, HoldBook Holds, DateTime Now)
    {
        /// <summary>Who changed which reservation.</summary>
        public Dictionary<Guid, string> Actors { get; } = [];
    }

    /// <summary>
    /// Decides one command. When a rule fails, all that it has changed is taken back, so that its neighbours are judged as if it had not
    /// been there. What a refused one has changed is the expiry of its reservation, and stays.
    /// </summary>
    private Result<Reply> Decide(Decision on, ReservationCommand command)
    {
        var (stockSavepoint, savepoint) = (on.Stock.Savepoint(), on.Reservations.Savepoint());
        try
        {
            var result = command switch
            {
                ReserveCommand r => on.Reservations.Reserve(on.Stock, r.Id, on.Look.StoreOf(r), r.Lines, r.Reference, r.Ttl, on.Now),
                _ when on.Reservations.Find(command.Id) is null => Errors.NotFound,
                ReleaseCommand => on.Reservations.Release(on.Stock, command.Id, on.Now),
                _ => on.Reservations.Commit(on.Stock, on.Holds, command.Id, on.Now),
            };
            if (on.Reservations.Savepoint() > savepoint)
            {
                on.Actors[command.Id] = result.IsOk ? command.Caller.Actor : "system";
            }

            if (!result.IsOk)
            {
                return result.Error!;
            }

            return command is ReserveCommand ? Reply.Created(result.Value, command.Location) : Reply.Ok(result.Value);
        }
        catch (Exception e)
        {
            log.LogError(e, "A reservation command failed");
            on.Stock.Undo(stockSavepoint);
            on.Reservations.Undo(savepoint);
            return Errors.Internal;
        }
    }

    /// <summary>Locks the stock of the lines, and reads the clock after that.</summary>
    internal static async Task<(StockBook Stock, DateTime Now)> LoadStockAsync(Tx tx, IEnumerable<StockLine> lines)
    {
        var batch = tx.Batch();
        var rows = StockStore.Load(batch, [.. lines.Select(l => l.VariantId).Distinct()]);
        var now = batch.Now();
        await batch.RunAsync();
        return (new StockBook(rows.Rows), now.Rows[0]);
    }
}
