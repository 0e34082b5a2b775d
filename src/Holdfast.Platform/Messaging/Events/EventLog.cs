using Holdfast.Platform.Data;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>Collects the events of one transaction and writes them with it: the event is committed if and only if the change is.</summary>
public sealed class EventLog
{
    private readonly RowSet _events = new("events", new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int),
        new("type", ColumnType.Text),
        new("store_id", ColumnType.Uuid), new("occurred_at", ColumnType.Time), new("actor", ColumnType.Text),
        new("previous", ColumnType.Text),
        new("data", ColumnType.Bytes));

    private readonly RowSet _outbox = new("outbox", new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int));

    public int Count => _events.Count;

    /// <summary>Adds an event, to be delivered once.</summary>
    public void Add(Event e)
    {
        _events.Add(e.Subject).Add(e.Sequence).Add(e.Type).Add(e.StoreId).Add(e.OccurredAt).Add(e.Actor).Add(e.Previous).Add(e.Data);
        _outbox.Add(e.Subject).Add(e.Sequence);
    }

    /// <summary>Writes the events with the statements of the batch.</summary>
    public void Save(StatementBatch batch)
    {
        batch.Insert(_events);
        batch.Insert(_outbox);
    }
}
