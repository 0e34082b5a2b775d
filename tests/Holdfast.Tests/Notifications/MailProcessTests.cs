using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Notifications;

/// <summary>
/// Processes that send mails, beside others, stopped, killed and without their database: a real mail server gets each mail once.
/// </summary>
[Slow]
public sealed partial class MailProcessTests
{
    private const int Orders = 20;

    [Fact]
    public async Task A_process_for_notifications_sends_every_mail_and_the_others_none()
    {
        await using var mail = await MailServer.StartAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var shop = await Shop.CreateAsync(database.Db, 1000);

        // It has no mail server, so each mail that it took would end in its folder.
        await using var main = await ServerProcess.StartAsync(database.Url, null, null, "--consumers",
            "daily-statistics,low-stock,webhooks,order_inbox");
        await using var worker = await ServerProcess.StartAsync(database.Url, Smtp(mail), null, "--roles", "worker", "--consumers",
            "notifications");
        var numbers = await PlaceAsync(shop, main);
        await SentAsync(database.Db, Orders);
        Assert.DoesNotContain("folder of mails", main.Output, StringComparison.Ordinal);
        AssertOnceEach(numbers, mail);
    }

    [Fact]
    public async Task One_that_is_stopped_ends_what_it_has_begun_and_keeps_nothing()
    {
        await using var mail = await MailServer.StartAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        await QueueAsync(database.Db, "m", Orders);
        mail.Hold();
        await using (var worker = await ServerProcess.StartAsync(database.Url, Smtp(mail), null, "--roles", "worker"))
        {
            await Until.TrueAsync("some are under way", () => mail.Received.Count > 0);
            var ending = worker.TerminateAsync();
            await Until.TrueAsync("it knows", async () => worker.HasExited || !await AnswersAsync(worker));
            mail.Release();
            Assert.Equal(0, await ending);
        }

        // What was with the mail server is noted, all else is free at once.
        var begun = mail.Received.Count;
        Assert.Equal((begun, 0),
            (await CountAsync(database.Db, "sent_at IS NOT NULL"),
            await CountAsync(database.Db, "sent_at IS NULL AND next_attempt_at > $1")));
        await using var next = await ServerProcess.StartAsync(database.Url, Smtp(mail), null, "--roles", "worker");
        await SentAsync(database.Db, Orders);
        Assert.Equal(Orders, mail.Received.Count);
    }

    [Fact]
    public async Task One_that_is_killed_repeats_at_most_what_it_had_begun()
    {
        await using var mail = await MailServer.StartAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        await QueueAsync(database.Db, "first", 1);
        mail.Hold();
        await using (var worker = await ServerProcess.StartAsync(database.Url, Smtp(mail), null, "--roles", "worker"))
        {
            await Until.TrueAsync("it is under way", () => mail.Received.Count == 1);
            await worker.KillAsync();
        }

        mail.Release();
        await QueueAsync(database.Db, "later", 5);
        await using var next = await ServerProcess.StartAsync(database.Url, Smtp(mail), null, "--roles", "worker");
        await SentAsync(database.Db, 5);
        Assert.Equal(6, mail.Received.Count);
        Assert.Equal(0,
            await database.Db.ReadAsync(async s =>
            await s.FirstAsync("SELECT COUNT(*) FROM mails WHERE sent_at IS NULL AND next_attempt_at > $1", r => r.Long(0),
            await s.NowAsync() + TimeSpan.FromMinutes(3))));

        // When the lease has ended, which we do not wait for, it comes once more, and can be known by its id.
        await database.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE mails SET next_attempt_at = $1 WHERE sent_at IS NULL", await tx.NowAsync()));
        await SentAsync(database.Db, 6);
        var ids = mail.Received.Select(m => MessageId().Match(m).Groups[1].Value).GroupBy(id => id).Select(g => g.Count()).Order();
        Assert.Equal([1, 1, 1, 1, 1, 2], ids);
    }

    [Fact]
    public async Task A_database_that_is_away_when_a_mail_has_been_taken_causes_no_second_one()
    {
        await using var mail = await MailServer.StartAsync();
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        await using var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var shop = await Shop.CreateAsync(db, 1000);
        await using var server = await ServerProcess.StartAsync(postgres.Url("shop"), Smtp(mail));
        mail.Hold();
        var numbers = await PlaceAsync(shop, server);
        await Until.TrueAsync("some are under way", () => mail.Received.Count > 0);
        await postgres.StopAsync();
        mail.Release();
        await Until.TrueAsync("nothing can be noted", () => server.Output.Contains("cannot be noted now", StringComparison.Ordinal));
        await postgres.StartServerAsync();
        await SentAsync(db, Orders);
        AssertOnceEach(numbers, mail);
    }

    private static Dictionary<string, string> Smtp(MailServer mail) =>
        new() { ["SMTP_URL"] = $"smtp://127.0.0.1:{mail.Port}", ["SMTP_FROM"] = "Shop <shop@example.com>" };

    /// <summary>Places orders; their numbers.</summary>
    private static async Task<string[]> PlaceAsync(Shop shop, ServerProcess server) =>
        await Task.WhenAll(Enumerable.Range(0, Orders).Select(async i =>
    {
        var body = shop.Body();
        body["customer"] = new JsonObject { ["email"] = $"buyer{i}@example.com" };
        var (status, order, _) = await shop.OrderAsync(server.Client, body);
        Assert.Equal(201, status);
        return order.GetProperty("number").GetString()!;
    }));

    private static Task QueueAsync(Db db, string name, int count) => db.WriteAsync(async tx =>
    {
        var (now, batch) = (await tx.NowAsync(), tx.Batch());
        for (var i = 0; i < count; i++)
        {
            Mails.Queue(batch, new OutgoingMail($"{name}{i}", $"{name}{i}@example.com", "s", "t"), now);
        }

        await batch.RunAsync();
    });

    private static Task SentAsync(Db db, int count) => Until.TrueAsync($"{count} are sent", async () =>
    {
        try
        {
            return await CountAsync(db, "sent_at IS NOT NULL") == count;
        }
        catch (Exception e) when (db.IsConnectionLost(e))
        {
            return false;
        }
    });

    /// <summary>The mails of which something holds; <c>$1</c> is the time.</summary>
    private static async Task<int> CountAsync(Db db, string what) =>
        (int)await db.ReadAsync(async s =>
        await s.FirstAsync($"SELECT COUNT(*) FROM mails WHERE {what} AND $1{{as timestamptz}} IS NOT NULL",
        r => r.Long(0), await s.NowAsync()));

    private static void AssertOnceEach(string[] numbers, MailServer mail) =>
        Assert.Equal(numbers.Select(n => $"Xác nhận đơn hàng #{n}").Order(), mail.Received.Select(m => Mailed.Read(m).Subject).Order());

    private static async Task<bool> AnswersAsync(ServerProcess server)
    {
        try
        {
            using var answer = await server.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex("Message-ID: (<[^>]+>)", RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();
}
