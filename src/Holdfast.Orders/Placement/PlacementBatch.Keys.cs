using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;

namespace Holdfast.Orders.Placement;

/// <summary>Idempotency keys of a batch of placements: claimed, passed on, and answered from.</summary>
internal sealed partial class PlacementBatch
{
    private QueryResult<Guid> Claim(StatementBatch batch, List<int> open)
    {
        var rows = IdempotentWork.Claims();
        foreach (var request in open.Select(i => _requests[i]).DistinctBy(p => p.Key.Hash).OrderBy(p => p.Key.Hash))
        {
            _claimants[request.Key.Hash] = request;
            rows.Add(request.Key.Hash).Add(request.Key.Fingerprint).Add(201).Add(request.Command.OrderId).Add(1).Add(_now);
        }

        return batch.InsertReturning(rows, "ON CONFLICT (key) DO NOTHING RETURNING key", r => r.Uuid(0));
    }

    /// <summary>Where the first request of a key was refused and another with the same key was accepted, the claim becomes its.</summary>
    private void PassOnClaims(StatementBatch batch)
    {
        var rows = new RowSet("idempotency_keys", new("key", ColumnType.Uuid), new("fingerprint", ColumnType.Bytes),
            new("event_subject", ColumnType.Uuid));
        foreach (var (request, order, _) in _accepted.Where(a => !ReferenceEquals(_claimants[a.Request.Key.Hash], a.Request)))
        {
            rows.Add(request.Key.Hash).Add(request.Key.Fingerprint).Add(order.Id);
        }

        batch.ChangeEach(rows,
            "UPDATE idempotency_keys SET fingerprint = {v.fingerprint}, event_subject = {v.event_subject} WHERE idempotency_keys.key "
            + "= {v.key}");
    }

    private void AnswerReplays(IReadOnlyList<IdempotentWork.StoredOutcome> stored)
    {
        if (stored.Count == 0)
        {
            return;
        }

        var byKey = stored.ToDictionary(s => s.Key);
        foreach (var i in Left().ToList())
        {
            if (byKey.TryGetValue(_requests[i].Key.Hash, out var found))
            {
                var replay = found.Replay(_requests[i].Key);
                Answer(i, replay.IsOk && found.Subject is { } orderId ? new PlaceResult(orderId, found.Response!, Replayed: true)
                    : replay.Error ?? Errors.Internal);
            }
        }
    }
}
