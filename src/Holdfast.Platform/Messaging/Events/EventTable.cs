using Holdfast.Platform.Data;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>Reads events by their ids.</summary>
public static class EventTable
{
    // A subject with more events than this is asked for separately: a variant may have thousands, and only the last few are wanted.
    private const int Few = 50;

    // Subjects that are rewritten at a time: an order has a handful of events of two kilobytes.
    private const int SomeSubjects = 100;

    private const string Columns = "subject, sequence, type, store_id, occurred_at, actor, previous, data";

    private static readonly Func<Row, Event> Map = r =>
        new Event(r.Uuid(0), r.Int(1), r.Text(2), r.Uuid(3), r.Time(4), r.Text(5), r.TextOrNull(6), r.Bytes(7));

    /// <summary>Returns the events in the order of the keys, without those that have been erased.</summary>
    public static async Task<List<Event>> LoadAsync(DbSession session, IReadOnlyCollection<EventKey> keys)
    {
        var found = (await LoadRangesAsync(session, keys.GroupBy(k => k.Subject)
            .Select(g => (g.Key, g.Min(k => k.Sequence), g.Max(k => k.Sequence))).ToList()))
            .ToDictionary(e => new EventKey(e.Subject, e.Sequence));
        return [.. keys.Where(found.ContainsKey).Select(k => found[k])];
    }

    /// <summary>Returns all events from the first to the last sequence of each subject, by subject and in order.</summary>
    internal static async Task<List<Event>> LoadRangesAsync(DbSession session, IReadOnlyList<(Guid Subject, int First, int Last)> ranges)
    {
        if (ranges.Count == 0)
        {
            return [];
        }

        var batch = session.Batch();
        var fetched = new List<QueryResult<Event>>();
        var (few, many) = (ranges.Where(r => r.Last <= Few).ToList(), ranges.Where(r => r.Last > Few));
        if (few.Count > 0)
        {
            fetched.Add(
                batch.Query(
                $"SELECT {Columns} FROM events WHERE subject {{in $1}} AND sequence BETWEEN $2 AND $3 ORDER BY subject, sequence", Map,
                few.Select(r => r.Subject).ToArray(), few.Min(r => r.First), few.Max(r => r.Last)));
        }

        foreach (var (subject, first, last) in many)
        {
            fetched.Add(batch.Query($"SELECT {Columns} FROM events WHERE subject = $1 AND sequence BETWEEN $2 AND $3 ORDER BY sequence",
                Map, subject, first, last));
        }

        await batch.RunAsync();
        var bySubject = ranges.ToDictionary(r => r.Subject);
        return [.. fetched.SelectMany(f => f.Rows)
            .Where(e => e.Sequence >= bySubject[e.Subject].First && e.Sequence <= bySubject[e.Subject].Last)];
    }

    /// <summary>Returns the event, if there is one. Nobody else can rewrite it before the transaction ends.</summary>
    internal static Task<Event?> HoldAsync(Tx tx, EventKey key) =>
        tx.FirstAsync($"SELECT {Columns} FROM events WHERE subject = $1 AND sequence = $2 {{share}}", Map, key.Subject, key.Sequence);

    /// <summary>
    /// Rewrites the data of all events of the subjects, and the dead letters that quote them, to erase what must not be kept. The events
    /// keep their ids and their delivery state; what was delivered before is out of reach. The caller keeps the subjects from changing.
    /// </summary>
    /// <param name="first">The first rewritten sequence of each subject.</param>
    /// <param name="last">The last rewritten sequence of each subject.</param>
    public static async Task RewriteAsync(Tx tx, IEnumerable<Guid> subjects, Func<Event, Event> rewrite, int first = 1,
        int last = int.MaxValue)
    {
        foreach (var some in subjects.Chunk(SomeSubjects))
        {
            var batch = tx.Batch();
            var events = batch.Query($"SELECT {Columns} FROM events WHERE subject {{in $1}} AND sequence BETWEEN $2 AND $3", Map, some,
                first, last);
            await batch.RunAsync();
            var after = events.Rows.Select(rewrite).ToDictionary(e => new EventKey(e.Subject, e.Sequence));
            var rows = new RowSet("events", new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int),
                new("previous", ColumnType.Text), new("data", ColumnType.Bytes));
            foreach (var e in after.Values)
            {
                rows.Add(e.Subject).Add(e.Sequence).Add(e.Previous).Add(e.Data);
            }

            // Only then: who is making a dead letter of one holds the event.
            batch.ChangeEach(rows,
                "UPDATE events SET previous = {v.previous}, data = {v.data} WHERE events.subject = {v.subject} AND events.sequence = "
                + "{v.sequence}");
            var quotes = batch.Query("SELECT id, subject, sequence FROM dead_letters WHERE subject {in $1} AND sequence BETWEEN $2 AND $3",
                r => (Id: r.Uuid(0), Of: new EventKey(r.Uuid(1), r.Int(2))), some, first, last);
            await batch.RunAsync();
            var deadLetters = new RowSet("dead_letters", new("id", ColumnType.Uuid), new("payload", ColumnType.Bytes));
            foreach (var (id, of) in quotes.Rows)
            {
                deadLetters.Add(id).Add(after.TryGetValue(of, out var e) ? CloudEvent.Write(e) : []);
            }

            batch.ChangeEach(deadLetters, "UPDATE dead_letters SET payload = {v.payload} WHERE dead_letters.id = {v.id}");
            await batch.RunAsync();
        }
    }
}
