using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Placement;

/// <summary>
/// The way into the books: orders that wait for a store are placed together in one transaction (<see cref="PlacementBatch"/>).
/// An answer means committed and durable.
/// </summary>
public sealed class PlacementQueue(Db db, OrderOptions options, OrderNumbers numbers, RelaySignal signal, PaymentDeadlines sessions,
    ILogger<PlacementQueue> log)
    : BatchQueue<PlaceRequest, PlaceResult>(db, log, options.Stores, options.QueueCapacity, options.MaxBatch)
{
    /// <summary>Places an order; the answer comes after its commit.</summary>
    public Task<Result<PlaceResult>> PlaceAsync(PlaceRequest request) => SubmitAsync(request, request.Command.StoreId);

    protected override async Task<Result<PlaceResult>[]> AttemptAsync(IReadOnlyList<PlaceRequest> commands,
        BatchAttempt<PlaceResult> attempt)
    {
        await numbers.ClaimAsync(Db);
        var batch = new PlacementBatch(Db, options, numbers, log, commands);
        if (!await batch.PeekAsync())
        {
            return batch.Outcomes;
        }

        await using var tx = await Db.BeginAsync();
        await batch.LoadAsync(tx);
        if (!batch.Decide())
        {
            await tx.RollbackAsync();
            return batch.Outcomes;
        }

        await batch.SaveAsync(tx);
        tx.AfterCommit(signal.Wake);
        if (sessions.AreKept)
        {
            var (orders, now) = batch.Placed;
            tx.AfterCommit(() => sessions.Begin(orders, now));
        }

        await attempt.CommitAsync(tx, batch.Outcomes);
        return batch.Outcomes;
    }
}
