using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Lifecycle;

/// <summary>
/// The way to change orders that exist: payments, cancellations, expiries, shipments. What waits for a store is done together
/// in one transaction (<see cref="ChangeBatch"/>), in the order of arrival.
/// </summary>
public sealed class ChangeQueue(Db db, OrderOptions options, RelaySignal signal, PaymentDeadlines sessions, ILogger<ChangeQueue> log)
    : BatchQueue<ChangeRequest, ChangeResult>(db, log, options.Stores, options.QueueCapacity, options.MaxBatch)
{
    /// <summary>Makes a change; the answer comes after its commit. 404 for an order that is not there.</summary>
    public Task<Result<ChangeResult>> ChangeAsync(ChangeRequest request) => SubmitAsync(request, request.Command.StoreId);

    protected override async Task<Result<ChangeResult>[]> AttemptAsync(IReadOnlyList<ChangeRequest> commands,
        BatchAttempt<ChangeResult> attempt)
    {
        await using var tx = await Db.BeginAsync();
        var batch = new ChangeBatch(tx, log, commands);
        await batch.LoadAsync();
        if (!batch.Decide())
        {
            await tx.RollbackAsync();
            return batch.Outcomes;
        }

        await batch.SaveAsync();
        tx.AfterCommit(signal.Wake);
        if (sessions.AreKept && batch.NoLongerPending is { Count: > 0 } ended)
        {
            tx.AfterCommit(() => sessions.End(ended));
        }

        await attempt.CommitAsync(tx, batch.Outcomes);
        return batch.Outcomes;
    }
}
