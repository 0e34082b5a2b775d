using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.DeadLetters;

/// <summary>The table of dead letters.</summary>
public static class DeadLetterStore
{
    internal const string Columns = "id, lane, subject, sequence, type, reason, payload, attempts, created_at";

    internal static readonly Func<Row, DeadLetter> Map = r =>
        new DeadLetter(r.Uuid(0), r.Text(1), r.UuidOrNull(2), r.IntOrNull(3), r.TextOrNull(4), r.Text(5), r.Bytes(6), r.Int(7), r.Time(8));

    /// <summary>
    /// As <see cref="Columns"/>, with only the beginning of a long payload: this bounds a list of many. On SQLite a part of an empty
    /// payload is NULL, which is not a payload.
    /// </summary>
    internal const string ShownColumns = "id, lane, subject, sequence, type, reason, COALESCE(substr(payload, 1, 16384), payload), "
        + "attempts, created_at";

    private const int MaxReason = 2000;
    private const int LargeAtOnce = 20;

    /// <summary>
    /// Adds the dead letter with the statements of the batch. An existing one with the same id counts one more failed attempt.
    /// </summary>
    public static void Add(StatementBatch batch, DeadLetter letter)
    {
        MessagingMeter.Dead.Add(1, new KeyValuePair<string, object?>("lane", letter.Lane));
        batch.Execute(
            "INSERT INTO dead_letters (id, lane, subject, sequence, type, reason, payload, attempts, created_at) VALUES ($1, $2, $3{as "
            + "uuid}, $4{as int}, $5{as text}, $6, $7, $8, $9) "
            + "ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, attempts = dead_letters.attempts + 1, redriven_at = NULL",
            letter.Id, letter.Lane, letter.Subject, letter.Sequence, Clean(letter.Type, 200), Clean(letter.Reason, MaxReason),
            letter.Payload, letter.Attempts, letter.CreatedAt);
    }

    /// <summary>
    /// Makes a dead letter of the current state of one of our events. Returns the event, or null if it has been erased. The id follows from
    /// the event: after a crash the same dead letter is made again. Until the transaction ends nobody else rewrites the event;
    /// <see cref="EventTable.RewriteAsync"/> then finds the dead letter.
    /// </summary>
    internal static async Task<Event?> BuryAsync(Tx tx, string lane, EventKey key, string reason, int attempts, DateTime now)
    {
        if (await EventTable.HoldAsync(tx, key) is not { } e)
        {
            return null;
        }

        var batch = tx.Batch();
        Add(batch, new DeadLetter(IdOf(lane, Encoding.UTF8.GetBytes(e.Id)), lane, e.Subject, e.Sequence, e.Type, reason,
            CloudEvent.Write(e), attempts, now));
        await batch.RunAsync();
        return e;
    }

    /// <summary>Returns the newest dead letters, the newest first, with only the beginning of a long payload.</summary>
    public static Task<List<DeadLetter>> NewestAsync(Db db, int limit, CancellationToken ct = default) =>
        db.ReadAsync(s => s.QueryAsync($"SELECT {ShownColumns} FROM dead_letters ORDER BY created_at DESC, id DESC LIMIT $1", Map, limit),
        ct);

    /// <summary>Returns the dead letters of a lane that somebody has redriven, the oldest request first.</summary>
    public static Task<List<DeadLetter>> RedrivenAsync(Db db, string lane, CancellationToken ct = default) => db.ReadAsync(
        s => s.QueryAsync($"SELECT {Columns} FROM dead_letters WHERE lane = $1 AND redriven_at IS NOT NULL ORDER BY redriven_at LIMIT 100",
        Map, lane), ct);

    /// <summary>
    /// Redrives a dead letter: the process that runs its lane tries it again. One of our events goes back into the lane; for a consumer, in
    /// order among the events of its subject. Anything else is flagged, and stays here until it is handled. Returns an error if it is gone,
    /// or if trying again cannot help.
    /// </summary>
    public static Task<Error?> RedriveAsync(Db db, Guid id, CancellationToken ct = default) =>
        db.WriteAsync<Error?>(tx => RedriveAsync(tx, id), ct);

    private static async Task<Error?> RedriveAsync(Tx tx, Guid id)
    {
        if (await tx.FirstAsync($"SELECT {Columns} FROM dead_letters WHERE id = $1 {{lock}}", Map, id) is not { } letter)
        {
            return Errors.NotFound;
        }

        if (letter.Lane == Mails.Lane)
        {
            return !await Mails.AgainAsync(tx, id) ? NotAnEvent
                : await tx.ExecuteAsync("DELETE FROM dead_letters WHERE id = $1", id) == 1 ? null : Errors.NotFound;
        }

        var now = await tx.NowAsync();
        if (letter.Subject is not { } subject || letter.Sequence is not { } sequence)
        {
            if (letter.Lane != Inbox)
            {
                return NotAnEvent;
            }

            await tx.ExecuteAsync("UPDATE dead_letters SET redriven_at = $2 WHERE id = $1", id, now);
            return null;
        }

        var (batch, key, rows) = (tx.Batch(), new EventKey(subject, sequence), OutboxDeliveries.Rows());
        if (MessagingOptions.IsBroker(letter.Lane))
        {
            // By itself: to what is on its way to a broker nothing can be added, for it is deleted once the broker has confirmed what was
            // in it before.
            OutboxDeliveries.AddChunk(rows, letter.Lane, EventIdBytes.Write([key]), now);
            batch.Insert(rows);
        }
        else
        {
            // The waiting row is made or locked, because the delivery queue may be removing it at this moment, and another redrive of the
            // subject may be making it.
            OutboxDeliveries.AddSubject(rows, letter.Lane, subject, EventIdBytes.Write([key]), now, now);
            batch.Insert(rows, "ON CONFLICT (lane, subject) WHERE subject IS NOT NULL DO UPDATE SET attempts = 0");
            var waiting = batch.Query("SELECT position, events FROM deliveries WHERE lane = $1 AND subject = $2",
                r => (Position: r.Long(0), Events: r.Bytes(1)), letter.Lane, subject);
            await batch.RunAsync();
            var inOrder = EventIdBytes.Write([.. EventIdBytes.Read(waiting.First.Events).Append(key).Distinct().OrderBy(k => k.Sequence)]);
            batch.Execute("UPDATE deliveries SET events = $2, attempts = 0, next_attempt_at = $3 WHERE position = $1",
                waiting.First.Position, inOrder, now);
        }

        batch.Execute("DELETE FROM dead_letters WHERE id = $1", id);
        tx.Db.Notify(batch);
        await batch.RunAsync();
        return null;
    }

    /// <summary>
    /// Redrives all current dead letters of a lane, the oldest first, each separately. Returns how many are tried again, and how many
    /// cannot be.
    /// </summary>
    public static async Task<(int Redriven, int Refused)> RedriveAllAsync(Db db, string lane, CancellationToken ct = default)
    {
        var (redriven, refused, last) = (0, 0, (At: DateTime.UnixEpoch, Id: Guid.Empty));
        var until = await db.ReadAsync(s => s.NowAsync(), ct);
        while (true)
        {
            var page = await db.ReadAsync(s => s.QueryAsync(
                "SELECT created_at, id FROM dead_letters WHERE lane = $1 AND (created_at, id) > ($2, $3) AND created_at <= $4 ORDER BY "
                + "created_at, id LIMIT 500",
                r => (At: r.Time(0), Id: r.Uuid(1)), lane, last.At, last.Id, until), ct);
            if (page.Count == 0)
            {
                return (redriven, refused);
            }

            foreach (var letter in page)
            {
                // As an answer, so that the audit log names each.
                var reply = await db.WriteAsync<Reply>(async tx => await RedriveAsync(tx, letter.Id) is { } refusal
                    ? refusal : Reply.Ok(new { letter.Id }), ct);
                (redriven, refused) = (redriven + (reply.Error is null ? 1 : 0), refused + (reply.Error == NotAnEvent ? 1 : 0));
            }

            last = page[^1];
        }
    }

    /// <summary>Deletes a dead letter for good. Returns an error if it is gone.</summary>
    public static Task<Error?> DropAsync(Db db, Guid id, CancellationToken ct = default) => db.WriteAsync<Error?>(
        async tx => await tx.ExecuteAsync("DELETE FROM dead_letters WHERE id = $1", id) == 1 ? null
        : Errors.NotFound, ct);

    /// <summary>
    /// Deletes the dead letters about the subject, in the caller's transaction: its events, and messages of others that name it.
    /// </summary>
    public static async Task ForgetAsync(Tx tx, Guid subject)
    {
        var (ids, last) = (new List<Guid>(), (Guid?)Guid.Empty);
        while (last is not null)
        {
            // A few at a time: one may be a mebibyte.
            var foreign = await tx.QueryAsync(
                $"SELECT id, payload FROM dead_letters WHERE subject IS NULL AND id > $1 ORDER BY id LIMIT {LargeAtOnce}",
                r => (Id: r.Uuid(0), Payload: r.Bytes(1)), last);
            ids.AddRange(
                foreign.Where(l => Encoding.UTF8.GetString(l.Payload).Contains(subject.ToString(), StringComparison.OrdinalIgnoreCase))
                .Select(l => l.Id));
            last = foreign.Count < LargeAtOnce ? null : foreign[^1].Id;
        }

        await tx.ExecuteAsync("DELETE FROM dead_letters WHERE subject = $1 OR id {in $2}", subject, ids.ToArray());
    }

    /// <summary>Returns an id that follows from the message, so that a repeated message is the same dead letter.</summary>
    public static Guid IdOf(string lane, ReadOnlySpan<byte> message)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. Encoding.UTF8.GetBytes(lane), 0, .. message], hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The lane of messages from other systems.</summary>
    public const string Inbox = "order_inbox";

    public static readonly Error NotAnEvent = new(409, "not_redrivable",
        "This message tells of no event of ours, or is of no use any more: there is nothing to try again. Drop it.",
        "Thông điệp này không phải sự kiện của hệ thống hoặc không còn cần thiết nên không thể thử lại. Hãy xoá nó.");

    // PostgreSQL stores no NUL, and a reason may quote what was sent.
    private static string? Clean(string? text, int length) => text is null ? null
        : new string([.. text.Take(length).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)]);
}
