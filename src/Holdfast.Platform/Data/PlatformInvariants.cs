namespace Holdfast.Platform.Data;

/// <summary>The invariants of events, the outbox and stored answers.</summary>
public static class PlatformInvariants
{
    public static readonly IReadOnlyList<Invariant> All =
    [
        new("outbox_rows_have_their_event",
            "SELECT o.subject, o.sequence FROM outbox o LEFT JOIN events e ON e.subject = o.subject AND e.sequence = o.sequence WHERE "
            + "e.subject IS NULL"),
        new("deliveries_hold_ids_of_events",
            "SELECT position, lane, LENGTH(events) AS bytes FROM deliveries WHERE LENGTH(events) = 0 OR LENGTH(events) % 20 <> 0"),
        new("events_of_a_subject_have_no_gaps",
            "SELECT subject, MIN(sequence) AS first, MAX(sequence) AS last, COUNT(*) AS events FROM events GROUP BY subject "
            + "HAVING MIN(sequence) <> 1 OR MAX(sequence) <> COUNT(*)"),
        new("idempotency_keys_have_an_answer",
            "SELECT key, status, created_at FROM idempotency_keys WHERE status = 0 OR (response IS NULL AND event_subject IS NULL)"),

        // An erased subject has no event left; the key then stays and answers that it is gone.
        new("idempotency_keys_point_to_events",
            "SELECT k.key, k.event_subject, k.event_sequence FROM idempotency_keys k LEFT JOIN events e ON e.subject = k.event_subject "
            + "AND e.sequence = k.event_sequence WHERE k.event_subject IS NOT NULL AND e.subject IS NULL AND EXISTS (SELECT 1 "
            + "FROM events o WHERE o.subject = k.event_subject)"),
    ];
}
