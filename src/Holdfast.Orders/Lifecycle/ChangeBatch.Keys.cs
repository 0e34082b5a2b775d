using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;

namespace Holdfast.Orders.Lifecycle;

/// <summary>Idempotency keys of a batch of changes: claimed, answered from, and stored.</summary>
internal sealed partial class ChangeBatch
{
    private QueryResult<Guid> Claim(StatementBatch batch)
    {
        var rows = IdempotentWork.Claims();
        foreach (var c in _requests.Where(c => c.Key is not null).DistinctBy(c => c.Key!.Hash).OrderBy(c => c.Key!.Hash))
        {
            rows.Add(c.Key!.Hash).Add(c.Key.Fingerprint).Add(c.Status).Add((Guid?)null).Add((int?)null).Add(DateTime.UnixEpoch);
        }

        return batch.InsertReturning(rows, "ON CONFLICT (key) DO NOTHING RETURNING key", r => r.Uuid(0));
    }

    private async Task AnswerReplaysAsync()
    {
        var taken = _requests.Where(c => c.Key is not null).Select(c => c.Key!.Hash).Where(k => !_claimed.Contains(k)).Distinct()
            .ToArray();
        if (taken.Length == 0)
        {
            return;
        }

        var stored = (await _tx.QueryAsync(IdempotentWork.Select, IdempotentWork.Map, taken)).ToDictionary(s => s.Key);
        for (var i = 0; i < _requests.Count; i++)
        {
            if (_requests[i].Key is { } key && stored.TryGetValue(key.Hash, out var found))
            {
                var replay = found.Replay(key);
                Answer(i, replay.IsOk ? new ChangeResult(found.Response!, 0, Replayed: true) : replay.Error!);
            }
        }
    }

    /// <summary>
    /// Stores where the answer of each claimed key is: in the last event's data. If no event reports it, nothing has changed, and a retry
    /// is judged again.
    /// </summary>
    private void SaveKeys(StatementBatch batch)
    {
        var rows = new RowSet("idempotency_keys", new("key", ColumnType.Uuid), new("fingerprint", ColumnType.Bytes),
            new("event_subject", ColumnType.Uuid),
            new("event_sequence", ColumnType.Int), new("created_at", ColumnType.Time));
        foreach (var (key, i) in _doneByKey)
        {
            var (file, answer) = (_books.Files[_requests[i].Command.OrderId], Outcomes[i].Value);
            // A command that changed nothing is answered from the last event, too; but not once the order was hidden, which has no event.
            if ((file.Events.LastOrDefault(e => e.After.Version == answer.Version)?.After
                ?? (answer.Version == file.Read.Version && !file.Read.Hidden ? file.Read : null)) is { } order)
            {
                rows.Add(key).Add(_requests[i].Key!.Fingerprint).Add(order.Id).Add(order.EventSequence).Add(_now);
                _claimed.Remove(key);
            }
        }

        batch.ChangeEach(rows,
            "UPDATE idempotency_keys SET fingerprint = {v.fingerprint}, event_subject = {v.event_subject}, "
            + "event_sequence = {v.event_sequence}, created_at = {v.created_at} WHERE idempotency_keys.key = {v.key}");
        if (_claimed.Count > 0)
        {
            batch.Execute("DELETE FROM idempotency_keys WHERE key {in $1}", _claimed.ToArray());
        }
    }
}
