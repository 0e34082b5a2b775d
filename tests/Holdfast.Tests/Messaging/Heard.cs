using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Tests.Messaging;

/// <summary>A consumer that writes down what it hears, in order, and fails when it is told to.</summary>
internal sealed class Heard(string name = "heard") : IConsumer
{
    public string Name => name;

    /// <summary>Throws for these.</summary>
    public Func<Event, bool> Fails { get; set; } = _ => false;

    public bool OutOfOrder { get; private set; }

    public async Task HandleAsync(Tx tx, IReadOnlyList<Event> events)
    {
        OutOfOrder |= events.GroupBy(e => e.Subject).Any(g => !g.Select(e => e.Sequence).SequenceEqual(g.Select(e => e.Sequence).Order()));
        var rows = new RowSet("heard", new("consumer", ColumnType.Text), new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int),
            new("times", ColumnType.Int), new("after", ColumnType.Long));
        var before = await tx.FirstAsync("SELECT COUNT(*) FROM heard WHERE consumer = $1", r => r.Long(0), name);
        foreach (var e in events)
        {
            rows.Add(name).Add(e.Subject).Add(e.Sequence).Add(1).Add(before++);
        }

        var batch = tx.Batch();
        batch.Insert(rows, "ON CONFLICT (consumer, subject, sequence) DO UPDATE SET times = heard.times + 1");
        await batch.RunAsync();
        if (events.FirstOrDefault(Fails) is { } bad)
        {
            throw new InvalidOperationException($"not {bad.Sequence}");
        }
    }

    /// <summary>An empty outbox, empty lanes, and an empty table for what is heard.</summary>
    public static Task ResetAsync(Db db) => db.WriteAsync(async tx =>
    {
        foreach (var table in new[] { "outbox", "deliveries", "dead_letters", "inbox", "lanes", "events" })
        {
            await tx.ExecuteAsync($"DELETE FROM {table}");
        }

        await tx.ExecuteAsync("DROP TABLE IF EXISTS heard");
        await tx.ExecuteAsync(
            $"CREATE TABLE heard (consumer text NOT NULL, subject {(db.Name == "sqlite" ? "text" : "uuid")} NOT NULL, sequence int NOT "
            + "NULL, times int NOT NULL, after bigint NOT NULL, PRIMARY KEY (consumer, subject, sequence))");
    });

    /// <summary>Writes events of new subjects, as one commit.</summary>
    public static Task<List<Guid>> WriteAsync(Db db, int subjects, int each) => db.WriteAsync(async tx =>
    {
        var ids = Enumerable.Range(0, subjects).Select(_ => Guid.CreateVersion7()).ToList();
        await AddAsync(tx, [.. ids.SelectMany(id => Enumerable.Range(1, each).Select(n => (id, n)))]);
        return ids;
    });

    /// <param name="size">How large the data is, about.</param>
    public static async Task AddAsync(Tx tx, IReadOnlyList<(Guid Subject, int Sequence)> keys, int size = 1)
    {
        var (now, log) = (await tx.NowAsync(), new EventLog());
        foreach (var (subject, sequence) in keys)
        {
            log.Add(new Event(subject, sequence, "test.happened", subject, now, "system", null,
                System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{new string('1', size)}}}")));
        }

        var batch = tx.Batch();
        log.Save(batch);
        await batch.RunAsync();
    }

    /// <summary>What a consumer has heard: how many events, and how many times in all.</summary>
    public static async Task<(long Events, long Times)> CountAsync(Db db, string consumer = "heard") => await db.ReadAsync(s =>
        s.FirstAsync("SELECT COUNT(*), COALESCE(SUM(times), 0) FROM heard WHERE consumer = $1", r => (r.Long(0), r.Long(1)), consumer));

    public static Task<List<int>> OfAsync(Db db, Guid subject) => db.ReadAsync(s =>
        s.QueryAsync("SELECT sequence FROM heard WHERE subject = $1 ORDER BY after", r => r.Int(0), subject));

    public static Task<long> RowsAsync(Db db, string table) =>
        db.ReadAsync(s => s.FirstAsync($"SELECT COUNT(*) FROM {table}", r => r.Long(0)));
}
