using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Configuration;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Messaging;

/// <summary>Dead letters of a running server, by the API; what an order's events did not reach can be brought there later.</summary>
public abstract class DeadLetterTests(Backend backend)
{
    [Fact]
    public async Task They_are_listed_redriven_and_dropped()
    {
        var heard = new Heard { Fails = e => e.Type == "order.created" };
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(backend), s => s.AddSingleton<IConsumer>(heard),
            settings: new Settings
            {
                RateLimits = false,
                Messaging = new MessagingOptions { MaxAttempts = 2, FirstPause = TimeSpan.FromMilliseconds(1) }
            });
        await Heard.ResetAsync(server.Db);
        var shop = await Shop.CreateAsync(server.Db, 5);
        var order = await shop.OrderAsync(server.Guest);
        Assert.Equal(201, order.Status);
        await Shop.PostAsync(server.Admin, $"/orders/{order.Body.GetProperty("id").GetString()}/cancel", null);
        var letter = default(JsonElement);
        await Until.TrueAsync("there is a dead letter",
            async () => (letter = (await ListAsync(server)).EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object);
        var id = order.Body.GetProperty("id").GetGuid();
        Assert.Equal(("heard", id, 1, "order.created", 2),
            (letter.GetProperty("lane").GetString()!, letter.GetProperty("subject").GetGuid(), letter.GetProperty("sequence").GetInt32(),
            letter.GetProperty("type").GetString()!, letter.GetProperty("attempts").GetInt32()));
        Assert.Equal("pending", JsonDocument.Parse(letter.GetProperty("payload").GetString()!).RootElement.GetProperty("data")
            .GetProperty("status").GetString());
        await Until.TrueAsync("the later event was handled", async () => (await Heard.OfAsync(server.Db, id)).SequenceEqual([2]));

        heard.Fails = _ => false;
        var letterId = letter.GetProperty("id").GetString();
        Assert.Equal(202, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letterId}/redrive", null)).Status);
        await Until.TrueAsync("it was handled, too", async () => (await Heard.OfAsync(server.Db, id)).SequenceEqual([2, 1]));
        Assert.Equal(404, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letterId}/redrive", null)).Status);

        heard.Fails = e => e.Type == "order.created";
        await shop.OrderAsync(server.Guest);
        await Until.TrueAsync("there is another",
            async () => (letter = (await ListAsync(server)).EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object);
        Assert.Equal(0, (await ListAsync(server, "?lane=others")).GetArrayLength());
        Assert.Equal(204, (int)(await server.Admin.DeleteAsync($"/api/v1/dead-letters/{letter.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(404, (int)(await server.Admin.DeleteAsync($"/api/v1/dead-letters/{letter.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(0, (await ListAsync(server)).GetArrayLength());
        await Until.TrueAsync("nothing is on its way", async () => await Heard.RowsAsync(server.Db, "deliveries")
            + await Heard.RowsAsync(server.Db, "outbox") == 0);
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(server.Db, withRepairs: false, output) == 0, output.ToString());
    }

    [Fact]
    public async Task Redriven_in_any_order_and_at_once_the_events_of_a_subject_go_back_in_theirs()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var (db, subjects) = (test.Db, Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToList());
        var now = await db.ReadAsync(s => s.NowAsync());
        foreach (var subject in subjects)
        {
            var letters = new[] { 5, 3, 9, 7 }.Select(n => Letter(now, subject, n)).ToList();
            await AddAsync(db, letters);
            var redriving = letters.Select(l => Task.Run(() => DeadLetterStore.RedriveAsync(db, l.Id)));
            Assert.All(await Task.WhenAll(redriving), Assert.Null);
            var waiting = Assert.Single(
                await db.ReadAsync(s =>
                s.QueryAsync("SELECT events FROM deliveries WHERE lane = 'heard' AND subject = $1", r => r.Bytes(0), subject)));
            Assert.Equal([3, 5, 7, 9], EventIdBytes.Read(waiting).Select(k => k.Sequence));
        }

        Assert.Equal(0, await Heard.RowsAsync(db, "dead_letters"));
    }

    [Fact]
    public async Task The_commands_list_redrive_and_drop_and_show_nothing_that_steers_a_terminal()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var now = await test.Db.ReadAsync(s => s.NowAsync());
        var (ours, foreign) = (Letter(now, Guid.CreateVersion7(), 1),
            Letter(now) with { Payload = Encoding.UTF8.GetBytes("a\u001b]0;owned\u0007b\u009bc\u202ed\ne") });
        await AddAsync(test.Db, [ours, foreign]);
        var (status, output) = await CommandAsync("list");
        Assert.Equal(0, status);
        Assert.Contains("a\\u001b]0;owned\\u0007b\\u009bc\\u202ed e", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output, c => c is '\u001b' or '\u0007' or '\u009b' or '\u202e');
        Assert.Contains(ours.Id.ToString(), output, StringComparison.Ordinal);
        Assert.Contains("2 dead letters.", output, StringComparison.Ordinal);

        Assert.Equal(0, (await CommandAsync("redrive", ours.Id.ToString())).Status);
        Assert.Equal(1, await Heard.RowsAsync(test.Db, "deliveries"));
        Assert.Equal(1, (await CommandAsync("redrive", ours.Id.ToString())).Status);
        (status, output) = await CommandAsync("redrive", foreign.Id.ToString());
        Assert.Equal(1, status);
        Assert.Contains("Drop it", output, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandAsync("drop", foreign.Id.ToString())).Status);
        Assert.Equal(1, (await CommandAsync("drop", foreign.Id.ToString())).Status);
        Assert.Equal(0, await Heard.RowsAsync(test.Db, "dead_letters"));

        Task<(int Status, string Output)> CommandAsync(params string[] args) => ServerProcess.RunAsync(["dead-letters", .. args], test.Url);
    }

    [Fact]
    public async Task One_that_is_redriven_while_the_lane_is_done_with_its_subject_is_not_lost()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var (db, subject) = (test.Db, Guid.CreateVersion7());
        var now = await db.ReadAsync(s => s.NowAsync());
        var letters = new[] { Letter(now, subject, 1), Letter(now, subject, 2) };
        await AddAsync(db, letters);
        Assert.Null(await DeadLetterStore.RedriveAsync(db, letters[0].Id, TestContext.Current.CancellationToken));
        var isHeld = new TaskCompletionSource();
        var handling = db.WriteAsync(async tx =>
        {
            await tx.QueryAsync("SELECT position FROM deliveries WHERE lane = 'heard' {skip locked}", r => r.Long(0));
            isHeld.TrySetResult();
            await (backend == Backend.Postgres ? Until.TrueAsync("the redrive waits for the row", async () =>
                await db.ReadAsync(s =>
                s.FirstAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                r => r.Long(0))) > 0) : Task.CompletedTask);
            await tx.ExecuteAsync("DELETE FROM deliveries WHERE lane = 'heard'");
        });
        await isHeld.Task;
        var redriving = DeadLetterStore.RedriveAsync(db, letters[1].Id, TestContext.Current.CancellationToken);
        await handling;
        Assert.Null(await redriving);
        var waiting = Assert.Single(
            await db.ReadAsync(s =>
            s.QueryAsync("SELECT events FROM deliveries WHERE lane = 'heard' AND subject = $1", r => r.Bytes(0), subject)));
        Assert.Equal([2], EventIdBytes.Read(waiting).Select(k => k.Sequence));
    }

    [Fact]
    public async Task All_of_a_lane_are_redriven_at_once_and_no_others()
    {
        var test = await TestDb.CreateAsync(backend);
        await using var server = await TestServer.StartAsync(test,
            settings: new Settings { RateLimits = false, Messaging = new MessagingOptions { Relays = false } });
        var (db, subject) = (server.Db, Guid.CreateVersion7());
        var now = await db.ReadAsync(s => s.NowAsync());
        // More than a page of them, many of the same moment.
        var letters = Enumerable.Range(1, 1100).Select(n => Letter(now - TimeSpan.FromSeconds(n / 300), subject, n)).ToList();
        var others = new[] { Letter(now), Letter(now, subject, 1) with { Lane = "elsewhere" },
            Letter(now + TimeSpan.FromHours(1), subject, 2000) };
        await AddAsync(db, [.. letters, .. others]);

        var (status, answer, _) = await Shop.PostAsync(server.Admin, "/dead-letters/redrive", new JsonObject { ["lane"] = "heard" });
        Assert.Equal((200, 1100, 1), (status, answer.GetProperty("redriven").GetInt32(), answer.GetProperty("refused").GetInt32()));
        var waiting = Assert.Single(
            await db.ReadAsync(s =>
            s.QueryAsync("SELECT events FROM deliveries WHERE lane = 'heard' AND subject = $1", r => r.Bytes(0), subject)));
        Assert.Equal(Enumerable.Range(1, 1100), EventIdBytes.Read(waiting).Select(k => k.Sequence));
        Assert.Equal(others.Select(l => l.Id).Order(), (await DeadLetterStore.NewestAsync(db, 9)).Select(l => l.Id).Order());

        Assert.Equal((1100, 1100),
            await db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*), COUNT(DISTINCT resource) FROM audit_log WHERE action = 'POST /dead-letters/redrive'",
            r => (r.Int(0), r.Int(1)))));
        Assert.Equal(400, (await Shop.PostAsync(server.Admin, "/dead-letters/redrive", new JsonObject())).Status);
        var (code, output) = await ServerProcess.RunAsync(["dead-letters", "redrive-all", "elsewhere"], test.Url);
        Assert.True(code == 0 && output.Contains("1 are tried again.", StringComparison.Ordinal), output);
        (code, output) = await ServerProcess.RunAsync(["dead-letters", "redrive-all", "heard"], test.Url);
        Assert.True(code == 1 && output.Contains("0 are tried again; nothing can come of 1 more: drop them.", StringComparison.Ordinal),
            output);
    }

    [Fact]
    public async Task Those_that_tell_of_a_subject_are_forgotten_with_it_however_many_others_there_are()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var (now, subject) = (await test.Db.ReadAsync(s => s.NowAsync()), Guid.CreateVersion7());
        var letters = Enumerable.Range(0, 100)
            .Select(i => Letter(now) with { Payload = Encoding.UTF8.GetBytes(i % 7 == 0 ? $"{{\"orderId\":\"{subject}\"}}" : "{}") })
            .ToList();
        await AddAsync(test.Db, [.. letters, Letter(now, subject, 1)]);
        await test.Db.WriteAsync(tx => DeadLetterStore.ForgetAsync(tx, subject));
        Assert.Equal(letters.Where((_, i) => i % 7 != 0).Select(l => l.Id).Order(),
            (await DeadLetterStore.NewestAsync(test.Db, 200)).Select(l => l.Id).Order());
    }

    [Fact]
    public async Task Only_those_that_nobody_has_looked_after_for_a_month_are_forgotten()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var now = await test.Db.ReadAsync(s => s.NowAsync());
        var letters = new[] { 0, 29, 31, 400 }.Select(days => Letter(now - TimeSpan.FromDays(days))).ToList();
        await AddAsync(test.Db, letters);
        var pruner = new DeadLetterPruner(test.Db, NullLogger<DeadLetterPruner>.Instance);
        Assert.Equal(2, await pruner.SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await pruner.SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(letters.Take(2).Select(l => l.Id), (await DeadLetterStore.NewestAsync(test.Db, 9)).Select(l => l.Id));
    }

    private static DeadLetter Letter(DateTime created, Guid? subject = null, int? sequence = null) =>
        new(Guid.CreateVersion7(), "heard", subject, sequence, "test.happened", "it was so", "{}"u8.ToArray(), 1, created);

    private static Task AddAsync(Db db, IEnumerable<DeadLetter> letters) => db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        foreach (var letter in letters)
        {
            DeadLetterStore.Add(batch, letter);
        }

        await batch.RunAsync();
    });

    private static async Task<JsonElement> ListAsync(TestServer server, string query = "") =>
        (await server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/dead-letters{query}")).GetProperty("items");
}

public sealed class DeadLetters_on_sqlite() : DeadLetterTests(Backend.Sqlite);

public sealed class DeadLetters_on_postgresql() : DeadLetterTests(Backend.Postgres);
