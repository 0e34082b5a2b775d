using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Platform.Http.Idempotency;

/// <summary>
/// Durable idempotency for use cases with a transaction of their own: one commit claims the key, does the work and stores the answer.
/// Rejections are not stored, so a retry is judged again. (Orders claim their keys in their batches, in the same table.)
/// </summary>
public static class IdempotentWork
{
    /// <summary>A stored answer: its own bytes, or the data of the event that the request caused.</summary>
    /// <param name="Subject">The subject of that event, if there is one.</param>
    public sealed record StoredOutcome(Guid Key, byte[] Fingerprint, int Status, string? Location, byte[]? Response, Guid? Subject)
    {
        /// <summary>Returns the first answer again, or an error: the key was used for another request, or the answer was erased.</summary>
        public Result<Reply> Replay(IdempotencyKey key)
        {
            if (!Fingerprint.AsSpan().SequenceEqual(key.Fingerprint))
            {
                return Errors.IdempotencyKeyReused;
            }

            if (Response is null)
            {
                return Gone;
            }

            return Reply.Raw(Status, Response, Location, replayed: true);
        }
    }

    public static readonly Error Gone = new(410, "resource_gone", "This request was carried out, and what it made has since been erased.",
        "Yêu cầu này đã được thực hiện, và kết quả đã bị xoá.");

    /// <summary>Reads stored answers by key; <c>$1</c> is an array of hashes.</summary>
    public const string Select =
        "SELECT k.key, k.fingerprint, k.status, k.location, COALESCE(k.response, e.data), k.event_subject FROM idempotency_keys k "
        + "LEFT JOIN events e ON e.subject = k.event_subject AND e.sequence = k.event_sequence WHERE k.key {in $1}";

    public static readonly Func<Row, StoredOutcome> Map = r =>
        new StoredOutcome(r.Uuid(0), r.Bytes(1), r.Int(2), r.TextOrNull(3), r.BytesOrNull(4), r.UuidOrNull(5));

    /// <summary>
    /// Returns empty rows for claims: a key, the request's fingerprint, and either the answer or the event that holds it.
    /// </summary>
    public static RowSet Rows() =>
        new("idempotency_keys", new("key", ColumnType.Uuid), new("fingerprint", ColumnType.Bytes), new("status", ColumnType.Int),
        new("location", ColumnType.Text), new("response", ColumnType.Bytes), new("event_subject", ColumnType.Uuid),
        new("event_sequence", ColumnType.Int),
        new("created_at", ColumnType.Time));

    /// <summary>
    /// Returns empty rows for claims: a key, the request's fingerprint, the status of its answer, and the event that will hold it, if that
    /// is known.
    /// </summary>
    public static RowSet Claims() =>
        new("idempotency_keys", new("key", ColumnType.Uuid), new("fingerprint", ColumnType.Bytes), new("status", ColumnType.Int),
        new("event_subject", ColumnType.Uuid), new("event_sequence", ColumnType.Int), new("created_at", ColumnType.Time));

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction, once per key. To refuse, it returns an error: everything is then rolled back.
    /// </summary>
    public static async Task<Reply> RunAsync(Db db, Request request, bool required, Func<Tx, Task<Result<Reply>>> work)
    {
        var body = await request.BodyAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var found = request.Idempotency(required);
        if (!found.IsOk)
        {
            return found.Error!;
        }

        var key = found.Value;
        var result = await db.WriteAsync(tx => key is null ? WorkAsync(tx) : ClaimAndWorkAsync(tx, key), request.Aborted);
        return result.IsOk ? result.Value : result.Error!;

        async Task<Result<Reply>> WorkAsync(Tx tx)
        {
            var outcome = await work(tx);
            if (outcome.IsOk && outcome.Value.Error is null)
            {
                return outcome;
            }

            await tx.RollbackAsync();
            return outcome.Error ?? outcome.Value.Error!;
        }

        async Task<Result<Reply>> ClaimAndWorkAsync(Tx tx, IdempotencyKey idempotency)
        {
            var now = await tx.NowAsync();
            var claims = Claims().Add(idempotency.Hash).Add(idempotency.Fingerprint).Add(0).Add((Guid?)null).Add((int?)null).Add(now);
            var batch = tx.Batch();
            var claimed = batch.Insert(claims, "ON CONFLICT (key) DO NOTHING");
            await batch.RunAsync();
            if (claimed.Count == 0)
            {
                var stored = await tx.FirstAsync(Select, Map, new[] { idempotency.Hash });
                return stored!.Replay(idempotency);
            }

            var outcome = await WorkAsync(tx);
            if (outcome.IsOk)
            {
                var reply = outcome.Value;
                await tx.ExecuteAsync("UPDATE idempotency_keys SET status = $2, location = $3{as text}, response = $4 WHERE key = $1",
                    idempotency.Hash, reply.Status, reply.Location, reply.Body.ToArray());
            }

            return outcome;
        }
    }
}
