using Holdfast.Platform.Data;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>Rows of <c>deliveries</c>.</summary>
internal static class OutboxDeliveries
{
    /// <summary>Empty rows: lane, subject, events, attempts, when they are due, and when they were made.</summary>
    public static RowSet Rows() =>
        new("deliveries", new("lane", ColumnType.Text), new("subject", ColumnType.Uuid), new("events", ColumnType.Bytes),
        new("attempts", ColumnType.Int), new("next_attempt_at", ColumnType.Time), new("created_at", ColumnType.Time));

    /// <summary>A chunk for a lane.</summary>
    public static void AddChunk(RowSet rows, string lane, byte[] events, DateTime now) =>
        rows.Add(lane).Add((Guid?)null).Add(events).Add(0).Add(now).Add(now);

    /// <summary>Events of one subject, the first of which is tried again at that time.</summary>
    public static void AddSubject(RowSet rows, string lane, Guid subject, byte[] events, DateTime due, DateTime now) =>
        rows.Add(lane).Add(subject).Add(events).Add(0).Add(due).Add(now);
}
