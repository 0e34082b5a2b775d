using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeadLetters;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>All events of one subject, wherever they are: the history, the outbox, delivery queues, inboxes and dead letters.</summary>
public static class SubjectEvents
{
    /// <summary>Counts what of the subject a consumer has not handled yet.</summary>
    public static UnhandledEvents Unhandled(StatementBatch batch, string consumer, Guid subject) => new(
        batch.Query("SELECT COUNT(*) FROM outbox WHERE subject = $1", r => r.Long(0), subject),
        // At one look: a redrive takes it from the one to the other.
        batch.Query(
            "SELECT (SELECT COUNT(*) FROM deliveries WHERE lane = $2) "
            + "+ (SELECT COUNT(*) FROM dead_letters WHERE lane = $2 AND subject = $1)",
            r => r.Long(0), subject, consumer),
        batch.Query(
            "SELECT COALESCE(i.sequence, 0) FROM lanes w LEFT JOIN inbox i ON i.consumer = w.name AND i.subject = $1 "
            + "WHERE w.name = $2 AND w.transport <> 'outbox'",
            r => r.Int(0), subject, consumer));

    /// <summary>
    /// Removes the subject's events and dead letters with the caller's transaction. What a broker still has of it counts as handled: else
    /// it would come back as a dead letter, with all that it says.
    /// </summary>
    /// <param name="lastSequence">The sequence of the subject's last event.</param>
    public static async Task ForgetAsync(Tx tx, Guid subject, int lastSequence)
    {
        var batch = tx.Batch();
        batch.Execute(
            "INSERT INTO inbox (consumer, subject, sequence) SELECT name, $1{as uuid}, $2{as int} FROM lanes WHERE transport <> 'outbox' "
            + "AND transport <> name ON CONFLICT (consumer, subject) DO UPDATE SET sequence = excluded.sequence", subject, lastSequence);
        batch.Execute("DELETE FROM events WHERE subject = $1", subject);
        await batch.RunAsync();

        // Only then: who is making a dead letter of an event holds it.
        await DeadLetterStore.ForgetAsync(tx, subject);
    }
}
