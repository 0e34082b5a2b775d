using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Batches;

/// <summary>Commands that are certain to be one batch, in this order: the batch is run without its queue.</summary>
internal static class Together
{
    public static async Task<Result<PlaceResult>[]> PlaceAsync(TestServer server, params PlaceRequest[] requests)
    {
        var batch = new PlacementBatch(server.Db, server.Get<OrderOptions>(), server.Get<OrderNumbers>(), NullLogger.Instance, requests);
        if (!await batch.PeekAsync())
        {
            return batch.Outcomes;
        }

        await using var tx = await server.Db.BeginAsync();
        await batch.LoadAsync(tx);
        if (batch.Decide())
        {
            await batch.SaveAsync(tx);
            await tx.CommitAsync();
        }

        return batch.Outcomes;
    }

    public static async Task<Result<Holdfast.Orders.Lifecycle.ChangeResult>[]> ChangeAsync(TestServer server,
        params ChangeRequest[] requests)
    {
        await using var tx = await server.Db.BeginAsync();
        var batch = new ChangeBatch(tx, NullLogger.Instance, requests);
        await batch.LoadAsync();
        if (batch.Decide())
        {
            await batch.SaveAsync();
            await tx.CommitAsync();
        }

        return batch.Outcomes;
    }

    /// <summary>Fails where an invariant of any module is broken.</summary>
    public static async Task VerifyAsync(TestServer server)
    {
        foreach (var invariant in Server.Invariants)
        {
            Assert.True((await server.Db.ReadAsync(s => s.QueryAsync(invariant.Sql, _ => 1))).Count == 0, $"broken: {invariant.Name}");
        }
    }
}
