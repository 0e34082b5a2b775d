using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Messaging;

/// <summary>Events leave the outbox with their effect, each once, whoever runs the consumer and however often it fails.</summary>
public abstract class RelayTests(TestDatabase database)
{
    private const int Subjects = 40;
    private const int EventsEach = 30;

    private protected static readonly MessagingOptions Quick = new() { FirstPause = TimeSpan.FromMilliseconds(1), MaxAttempts = 3 };

    private protected Db Db => database.Db;

    [Fact]
    public async Task Relays_side_by_side_hand_on_each_event_once_and_in_order()
    {
        await Heard.ResetAsync(Db);
        await Heard.WriteAsync(Db, Subjects, EventsEach);
        var heard = new Heard();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var relay = Relay(Quick, heard);
            while (await Heard.RowsAsync(Db, "outbox") > 0)
            {
                await relay.RunOnceAsync();
            }
        })));
        Assert.Equal((Subjects * EventsEach, Subjects * EventsEach), await Heard.CountAsync(Db));
        Assert.False(heard.OutOfOrder);
        Assert.Equal(0, await Heard.RowsAsync(Db, "deliveries"));
    }

    [Fact]
    public async Task A_consumer_that_fails_leaves_no_half_of_its_effect_and_holds_up_nobody_else()
    {
        await Heard.ResetAsync(Db);
        await Heard.WriteAsync(Db, Subjects, EventsEach);
        var (bad, good) = (new Heard("bad") { Fails = _ => true }, new Heard("good"));
        var relay = Relay(Quick, bad, good);
        while (await relay.RunOnceAsync() > 0)
        {
        }

        Assert.Equal((Subjects * EventsEach, Subjects * EventsEach), await Heard.CountAsync(Db, "good"));
        Assert.Equal((0, 0), await Heard.CountAsync(Db, "bad"));

        // It is well again: what waits and what comes behind it arrives once and in order, though the relay could hand the new ones over at
        // once.
        bad.Fails = _ => false;
        var late = await Heard.WriteAsync(Db, 1, 3);
        await relay.RunOnceAsync();
        Assert.Equal([1, 2, 3], await Heard.OfAsync(Db, late[0]));
        Assert.Equal((0, 0), await Heard.CountAsync(Db, "bad"));
        await DrainAsync(Quick, bad);
        Assert.Equal(((Subjects * EventsEach) + 3, (Subjects * EventsEach) + 3), await Heard.CountAsync(Db, "bad"));
        Assert.False(bad.OutOfOrder);
        Assert.Equal(0, await Heard.RowsAsync(Db, "deliveries"));
    }

    [Fact]
    public async Task A_poisonous_event_becomes_a_dead_letter_and_only_its_subject_waits_for_that()
    {
        await Heard.ResetAsync(Db);
        var subjects = await Heard.WriteAsync(Db, 3, 4);
        var sick = subjects[1];
        var heard = new Heard { Fails = e => e.Subject == sick && e.Sequence == 2 };
        var relay = Relay(Quick, heard);
        await relay.RunOnceAsync();
        var queues = Queues(Quick, heard);
        while (await Heard.RowsAsync(Db, "dead_letters") == 0)
        {
            Assert.True(await queues.StepAsync("heard") || (await Heard.OfAsync(Db, subjects[2])).Count > 0);
        }

        Assert.Equal([1], await Heard.OfAsync(Db, sick));
        Assert.NotEmpty(await Heard.OfAsync(Db, subjects[2]));
        await DrainAsync(Quick, heard);
        Assert.Equal([1, 3, 4], await Heard.OfAsync(Db, sick));
        Assert.Equal([1, 2, 3, 4], await Heard.OfAsync(Db, subjects[0]));
        var letter = Assert.Single(await DeadLetterStore.NewestAsync(Db, 10));
        Assert.Equal(("heard", sick, 2, "test.happened", Quick.MaxAttempts),
            (letter.Lane, letter.Subject!.Value, letter.Sequence!.Value, letter.Type!, letter.Attempts));
        Assert.Contains("not 2", letter.Reason, StringComparison.Ordinal);
        Assert.Equal(new EventKey(sick, 2), CloudEvent.Read(letter.Payload).Key);

        heard.Fails = _ => false;
        Assert.Null(await DeadLetterStore.RedriveAsync(Db, letter.Id));
        Assert.Equal(404, (await DeadLetterStore.RedriveAsync(Db, letter.Id))!.Status);
        await DrainAsync(Quick, heard);
        Assert.Equal([1, 3, 4, 2], await Heard.OfAsync(Db, sick));
        Assert.Equal((12, 12), await Heard.CountAsync(Db));
        Assert.Equal((0, 0), (await Heard.RowsAsync(Db, "dead_letters"), await Heard.RowsAsync(Db, "deliveries")));
    }

    [Fact]
    public async Task A_consumer_of_another_process_gets_chunks_in_order_by_two_workers_too()
    {
        await Heard.ResetAsync(Db);
        var (here, there) = (new Heard("here"), new Heard("there"));
        var (mine, theirs) = (Quick with { Consumers = new HashSet<string> { "here" } },
            Quick with { Consumers = new HashSet<string> { "there" } });
        var relay = Relay(mine, here, there);
        var subjects = new List<Guid>();
        for (var i = 0; i < 10; i++)
        {
            subjects.AddRange(await Heard.WriteAsync(Db, 4, 3));
            await Db.WriteAsync(tx => Heard.AddAsync(tx, [.. subjects.Take(5).Select(s => (s, 4 + i))]));
            await relay.RunOnceAsync();
        }

        Assert.Equal((0, 0), await Heard.CountAsync(Db, "there"));
        Assert.Equal(10, await Heard.RowsAsync(Db, "deliveries"));
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => DrainAsync(theirs, there, "there"))));
        Assert.Equal((120 + 50 - 1, 120 + 50 - 1), await Heard.CountAsync(Db, "there"));
        Assert.Equal((120 + 50 - 1, 120 + 50 - 1), await Heard.CountAsync(Db, "here"));
        Assert.False(there.OutOfOrder);
    }

    private protected Relay Relay(MessagingOptions options, params Heard[] consumers) =>
        new(Db, new RelaySignal(), consumers, NullLogger<Relay>.Instance, options);

    private protected ConsumerDeliveryQueues Queues(MessagingOptions options, params Heard[] consumers) =>
        new(Db, new RelaySignal(), consumers, options, NullLogger<ConsumerDeliveryQueues>.Instance);

    private async Task DrainAsync(MessagingOptions options, Heard heard, string? queue = null)
    {
        var queues = Queues(options, heard);
        await Until.TrueAsync("the lane is empty", async () =>
        {
            while (await queues.StepAsync(queue ?? heard.Name))
            {
            }

            return await Heard.RowsAsync(Db, "deliveries") == 0;
        });
    }
}

public sealed class Relay_on_sqlite(SqliteDatabase database) : RelayTests(database), IClassFixture<SqliteDatabase>;

/// <summary>With what only several writers can show: on SQLite no row is in other hands, and nobody is notified.</summary>
public sealed class Relay_on_postgresql(PostgresDatabase database) : RelayTests(database), IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task An_event_waits_for_an_earlier_one_in_other_hands()
    {
        await Heard.ResetAsync(Db);
        var subjects = await Heard.WriteAsync(Db, 2, 3);
        var relay = Relay(Quick, new Heard());
        await using (var other = await Db.BeginAsync())
        {
            await other.MayIdleAsync();
            await other.QueryAsync("SELECT 1 FROM outbox WHERE subject = $1 AND sequence = 2 {lock}", r => 1, subjects[0]);
            Assert.Equal(4, await relay.RunOnceAsync());
            Assert.Equal([1], await Heard.OfAsync(Db, subjects[0]));
            Assert.Equal(0, await relay.RunOnceAsync());
        }

        Assert.Equal(2, await relay.RunOnceAsync());
        Assert.Equal([1, 2, 3], await Heard.OfAsync(Db, subjects[0]));
    }

    [Fact]
    public async Task A_chunk_waits_for_an_earlier_one_in_other_hands()
    {
        await Heard.ResetAsync(Db);
        var there = new Heard("there");
        var relay = Relay(Quick with { Consumers = new HashSet<string> { "here" } }, new Heard("here"), there);
        for (var i = 0; i < 2; i++)
        {
            await Heard.WriteAsync(Db, 1, 1);
            await relay.RunOnceAsync();
        }

        var queues = Queues(Quick with { Consumers = new HashSet<string> { "there" } }, there);
        await using (var other = await Db.BeginAsync())
        {
            await other.QueryAsync("SELECT 1 FROM deliveries ORDER BY position LIMIT 1 {lock}", r => 1);
            Assert.False(await queues.StepAsync("there"));
            Assert.Equal((0, 0), await Heard.CountAsync(Db, "there"));
        }

        Assert.True(await queues.StepAsync("there"));
        Assert.Equal((2, 2), await Heard.CountAsync(Db, "there"));
    }

    [Fact]
    public async Task Another_process_is_woken_by_a_commit()
    {
        using var stop = new CancellationTokenSource();
        var heard = 0;
        var listening = Db.ListenAsync(() => Interlocked.Increment(ref heard), stop.Token);
        await Until.TrueAsync("it listens", () => heard == 1);
        var signal = new RelaySignal();
        await using var other = Holdfast.Platform.Data.Db.Open(database.Test.Url);
        using var sender = new WakeupSender(other, signal, Quick with { Relays = false }, NullLogger<WakeupSender>.Instance);
        await sender.StartAsync(default);
        signal.Wake();
        await Until.TrueAsync("the other process is woken", () => heard == 2);
        await sender.StopAsync(default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }
}
