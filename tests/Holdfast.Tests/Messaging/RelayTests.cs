using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Messaging;

/// <summary>Events leave the outbox with their effect, each once.</summary>
public abstract class RelayTests(TestDatabase database)
{
    private const int Subjects = 40;
    private const int EventsEach = 30;

    private Db Db => database.Db;

    [Fact]
    public async Task Relays_side_by_side_hand_on_each_event_once_and_in_order_within_a_call()
    {
        await WriteAsync();
        var heard = new Heard();
        var relays = Enumerable.Range(0, 4).Select(_ => new Relay(Db, new RelayBell(), [heard], NullLogger<Relay>.Instance)).ToList();
        await Task.WhenAll(relays.Select(relay => Task.Run(async () =>
        {
            while (await LeftAsync() > 0)
            {
                await relay.RunOnceAsync();
            }
        })));
        Assert.Equal(Subjects * EventsEach, await Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM heard", r => r.Long(0))));
        Assert.Equal(Subjects * EventsEach, await Db.ReadAsync(s => s.FirstAsync("SELECT SUM(times) FROM heard", r => r.Long(0))));
        Assert.False(heard.OutOfOrder);
    }

    [Fact]
    public async Task A_consumer_that_fails_loses_nothing_and_leaves_no_half_of_its_effect()
    {
        await WriteAsync();
        var heard = new Heard { Failures = 3 };
        var relay = new Relay(Db, new RelayBell(), [heard], NullLogger<Relay>.Instance);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => relay.RunOnceAsync());
            Assert.Equal(Subjects * EventsEach, await LeftAsync());
            Assert.Equal(0, await Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM heard", r => r.Long(0))));
        }

        while (await relay.RunOnceAsync() > 0)
        {
        }

        Assert.Equal(Subjects * EventsEach, await Db.ReadAsync(s => s.FirstAsync("SELECT SUM(times) FROM heard", r => r.Long(0))));
    }

    private Task<long> LeftAsync() => Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0)));

    /// <summary>An empty outbox but for new events, and an empty table for what was heard.</summary>
    private Task WriteAsync() => Db.WriteAsync(async tx =>
    {
        await tx.ExecuteAsync("DELETE FROM outbox");
        await tx.ExecuteAsync("DROP TABLE IF EXISTS heard");
        await tx.ExecuteAsync($"CREATE TABLE heard (id text PRIMARY KEY, times bigint NOT NULL)");
        var (now, log) = (await tx.NowAsync(), new EventLog());
        for (var i = 0; i < Subjects; i++)
        {
            var subject = Guid.CreateVersion7();
            for (var n = 1; n <= EventsEach; n++)
            {
                log.Add(new Event(subject, n, "test.happened", subject, now, "system", null, "{}"u8.ToArray()));
            }
        }

        var batch = tx.Batch();
        log.Ink(batch);
        await batch.RunAsync();
    });

    private sealed class Heard : IConsumer
    {
        public string Name => "heard";

        public int Failures { get; set; }

        public bool OutOfOrder { get; private set; }

        public async Task HandleAsync(Tx tx, IReadOnlyList<Event> events)
        {
            OutOfOrder |= events.GroupBy(e => e.Subject).Any(g => !g.Select(e => e.Sequence).SequenceEqual(g.Select(e => e.Sequence).Order()));
            var rows = new RowSet("heard", new("id", ColumnType.Text), new("times", ColumnType.Long));
            foreach (var e in events)
            {
                rows.Add($"{e.Subject}/{e.Sequence}").Add(1L);
            }

            var batch = tx.Batch();
            batch.Insert(rows, "ON CONFLICT (id) DO UPDATE SET times = heard.times + 1");
            await batch.RunAsync();
            if (Failures-- > 0)
            {
                throw new InvalidOperationException("not today");
            }
        }
    }
}

public sealed class Relay_on_sqlite(SqliteDatabase database) : RelayTests(database), IClassFixture<SqliteDatabase>;

public sealed class Relay_on_postgresql(PostgresDatabase database) : RelayTests(database), IClassFixture<PostgresDatabase>;
