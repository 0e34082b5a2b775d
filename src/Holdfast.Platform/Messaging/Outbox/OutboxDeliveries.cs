using Holdfast.Platform.Data;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>Rows of <c>deliveries</c>.</summary>
internal static class OutboxDeliveries
{
    /// <summary>
    /// Returns empty rows: the delivery queue, the subject, the events, the attempts, the due time and the creation time.
    /// </summary>
    public static RowSet Rows() =>
        new("deliveries", new("lane", ColumnType.Text), new("subject", ColumnType.Uuid), new("events", ColumnType.Bytes),
        new("attempts", ColumnType.Int), new("next_attempt_at", ColumnType.Time), new("created_at", ColumnType.Time));

    /// <summary>Adds a chunk for a delivery queue.</summary>
    public static void AddChunk(RowSet rows, string queue, byte[] events, DateTime now) =>
        rows.Add(queue).Add((Guid?)null).Add(events).Add(0).Add(now).Add(now);

    /// <summary>Adds events of one subject. The first of them is tried again at the given time.</summary>
    public static void AddSubject(RowSet rows, string queue, Guid subject, byte[] events, DateTime due, DateTime now) =>
        rows.Add(queue).Add(subject).Add(events).Add(0).Add(due).Add(now);
}
