using Holdfast.Identity.Links;
using Holdfast.Notifications;
using Holdfast.Notifications.Core;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Notifications;

/// <summary>Queued mails reach a real server once each, or a folder; what fails is tried again.</summary>
public abstract class MailTests(Backend backend) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-eml-").FullName;
    private readonly TestLog _log = new();
    private TestDb _database = null!;

    private Db Db => _database.Db;

    public async ValueTask InitializeAsync() => _database = await TestDb.CreateAsync(backend);

    public async ValueTask DisposeAsync()
    {
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_mail_arrives_with_its_text_in_both_forms_and_then_keeps_none()
    {
        await using var server = await MailServer.StartAsync();
        await QueueAsync(
            new OutgoingMail("a", "an@example.com", "Đặt lại mật khẩu",
            "Mở liên kết: https://shop.example.com/x?token=abc\n")
            { Html = "<p>Mở</p>" });
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        var mail = Assert.Single(server.Received);
        Assert.Contains("an@example.com", mail, StringComparison.Ordinal);
        Assert.Contains("Message-ID: <", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("multipart/alternative", mail, StringComparison.Ordinal);
        Assert.Contains("text/html", mail, StringComparison.Ordinal);
        Assert.Equal(("", true),
            await Db.ReadAsync(s => s.FirstAsync("SELECT text, sent_at FROM mails", r => (r.Text(0), r.TimeOrNull(1) is not null))));
        Assert.Equal(0, await Sender(server.Port).SendOnceAsync());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Several_workers_send_each_mail_once()
    {
        await using var server = await MailServer.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            await QueueAsync(new OutgoingMail($"m{i % 15}", $"{i}@example.com", "s", "t"));
        }

        var senders = Enumerable.Range(0, 3).Select(_ => Sender(server.Port)).ToList();
        await Until.TrueAsync("all are sent", async () =>
        {
            await Task.WhenAll(senders.Select(s => s.SendOnceAsync()));
            return await CountAsync("SELECT COUNT(*) FROM mails WHERE sent_at IS NULL") == 0;
        });
        Assert.Equal(15, server.Received.Count);
    }

    [Fact]
    public async Task What_cannot_be_sent_waits_longer_each_time_and_is_sent_when_it_can_be()
    {
        await QueueAsync(new OutgoingMail("a", "an@example.com", "secret subject", "https://shop.example.com/x?token=abc"));
        var nobody = Sender(Ports.Free());
        Assert.Equal(1, await nobody.SendOnceAsync());
        Assert.Equal(0, await nobody.SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(1, await nobody.SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(0, await nobody.SendOnceAsync());
        Assert.Equal(2, _log.Lines.Count);
        Assert.All(_log.Lines, l =>
            Assert.False(l.Contains("token", StringComparison.Ordinal) || l.Contains("an@", StringComparison.Ordinal)
            || l.Contains("secret", StringComparison.Ordinal)));

        await using var server = await MailServer.StartAsync();
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        Assert.Single(server.Received);
    }

    [Fact]
    public async Task A_mail_that_nobody_can_use_any_more_is_not_sent()
    {
        await QueueAsync(new OutgoingMail("a", "an@example.com", "s", "t") { GoodFor = TimeSpan.FromHours(1) });
        Db.ClockSkew += TimeSpan.FromHours(1);
        Assert.Equal(0, await Sender(null).SendOnceAsync());
    }

    [Fact]
    public async Task A_claimed_mail_whose_worker_died_is_sent_by_another_later()
    {
        await QueueAsync(new OutgoingMail("a", "an@example.com", "s", "t"));
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE mails SET attempts = 1, next_attempt_at = $1", DateTime.UnixEpoch));
        Assert.Equal(1, await Sender(null).SendOnceAsync());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Without_a_server_mails_are_files()
    {
        await QueueAsync(new OutgoingMail("a", "an@example.com", "Hello", "https://shop.example.com/x?token=abc"));
        Assert.Equal(1, await Sender(null).SendOnceAsync());
        var text = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder, "*.eml")), TestContext.Current.CancellationToken);
        Assert.Contains("Subject: Hello", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_tried_in_vain_for_two_days_is_a_dead_letter_and_can_be_sent_again()
    {
        await QueueAsync(new OutgoingMail("a", "an@example.com", "Hello", "https://shop.example.com/x?token=abc"));
        var nobody = Sender(Ports.Free());
        for (var i = 0; i < MailRetries.MaxAttempts - 1; i++)
        {
            Assert.Equal(1, await nobody.SendOnceAsync());
            Db.ClockSkew += TimeSpan.FromHours(8);
        }

        // A worker that dies over the last try has not given it up: another does.
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE mails SET attempts = attempts + 1"));
        Assert.Empty(await DeadLetterStore.NewestAsync(Db, 10));
        Assert.Equal(1, await nobody.SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromHours(8);
        Assert.Equal(0, await nobody.SendOnceAsync());
        var letter = Assert.Single(await DeadLetterStore.NewestAsync(Db, 10));
        Assert.Equal(("mails", "mail", MailRetries.MaxAttempts + 1), (letter.Lane, letter.Type, letter.Attempts));
        Assert.StartsWith("SocketException", letter.Reason, StringComparison.Ordinal);
        Assert.Equal("""{"channel":"mail","key":"a","subject":"Hello"}""", System.Text.Encoding.UTF8.GetString(letter.Payload));

        Assert.Null(await DeadLetterStore.RedriveAsync(Db, letter.Id, TestContext.Current.CancellationToken));
        await using var server = await MailServer.StartAsync();
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        Assert.Single(server.Received);
        Assert.Empty(await DeadLetterStore.NewestAsync(Db, 10));
        Db.ClockSkew += TimeSpan.FromDays(31);
        Assert.Equal(1, await new MailPruner(Db, NullLogger<MailPruner>.Instance).SweepOnceAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_recipient_that_is_refused_for_good_is_given_up_at_once()
    {
        await using var server = await MailServer.StartAsync();
        server.Refuse("nobody@example.com", "550 5.1.1 no such user");
        server.Refuse("busy@example.com", "450 4.2.1 try later");
        server.Refuse("us@example.com", "550 5.7.1 your address is on a list");
        foreach (var to in new[] { "nobody@example.com", "busy@example.com", "us@example.com", "not an address", "an@example.com" })
        {
            await QueueAsync(new OutgoingMail(to, to, "s", "t") { GoodFor = TimeSpan.FromDays(20) });
        }

        Assert.Equal(5, await Sender(server.Port).SendOnceAsync());
        Assert.Single(server.Received);
        var letters = (await DeadLetterStore.NewestAsync(Db, 10)).ToDictionary(l => System.Text.Encoding.UTF8.GetString(l.Payload)
            .Split('"')[7]);
        Assert.Equal(["nobody@example.com", "not an address"], letters.Keys.Order());
        Assert.Equal((1, "SmtpCommandException: 550 MailboxUnavailable"),
            (letters["nobody@example.com"].Attempts, letters["nobody@example.com"].Reason));
        Assert.DoesNotContain(_log.Lines, l => l.Contains("@example.com", StringComparison.Ordinal));

        // Again, as long as somebody can use it.
        Assert.Null(await DeadLetterStore.RedriveAsync(Db, letters["nobody@example.com"].Id, TestContext.Current.CancellationToken));
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromDays(21);
        Assert.Equal("not_redrivable",
            (await DeadLetterStore.RedriveAsync(Db, letters["nobody@example.com"].Id, TestContext.Current.CancellationToken))!.Code);
        Assert.Equal(2, (await DeadLetterStore.NewestAsync(Db, 10)).Count);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left_and_the_mail_tried_again()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await QueueAsync(new OutgoingMail("a", "an@example.com", "s", "t"));
        Assert.Equal(1, await Sender(((System.Net.IPEndPoint)silent.LocalEndpoint).Port, TimeSpan.FromMilliseconds(200)).SendOnceAsync()
            .WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken));
        Assert.Contains("could not be sent by mail", Assert.Single(_log.Lines), StringComparison.Ordinal);

        // The same with one that has taken the mail and does not say so: the second is known by its id.
        await using var server = await MailServer.StartAsync();
        server.Hold();
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(1, await Sender(server.Port, TimeSpan.FromSeconds(2)).SendOnceAsync());
        server.Release();
        Db.ClockSkew += TimeSpan.FromSeconds(26);
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM mails WHERE sent_at IS NOT NULL"));
        Assert.InRange(server.Received.Count, 1, 2);
    }

    [Fact]
    public async Task One_that_fails_in_a_way_nobody_foresaw_takes_no_other_along()
    {
        for (var i = 0; i < 20; i++)
        {
            await QueueAsync(new OutgoingMail($"{i}", $"{i}@example.com", "s", "t"));
        }

        using var sender = new Choosy(Db,
            new EmailComposer(Db, new AccessKeys(), new PublicUrl("https://shop.example.com"), new NotificationOptions()),
            LoggerFactory.Create(b => b.AddProvider(_log)).CreateLogger<Choosy>());
        var tried = 0;
        while (await sender.SendOnceAsync() is var some and > 0)
        {
            tried += some;
        }

        Assert.Equal((20, 19), (tried, sender.Sent.Count));
        Assert.Equal(19, await CountAsync("SELECT COUNT(*) FROM mails WHERE sent_at IS NOT NULL"));
        Assert.Contains(nameof(UnauthorizedAccessException), Assert.Single(_log.Lines), StringComparison.Ordinal);
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(1, await sender.SendOnceAsync());
    }

    /// <summary>Fails at one address as no sender expects it, and at once, while the others are under way.</summary>
    private sealed class Choosy(Db db, EmailComposer letters, ILogger log) : Sender(db, "mail", letters, log)
    {
        public new System.Collections.Concurrent.ConcurrentBag<Guid> Sent { get; } = [];

        protected override async Task TransportAsync(OutgoingMessage message, CancellationToken ct)
        {
            if (message.To == "0@example.com")
            {
                throw new UnauthorizedAccessException();
            }

            await Task.Delay(50, ct);
            Sent.Add(message.Id);
        }

        protected override bool IsExpected(Exception e) => false;
    }

    private Task QueueAsync(OutgoingMail mail) => Db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        Mails.Queue(batch, mail, await tx.NowAsync());
        await batch.RunAsync();
    });

    private MailSender Sender(int? port, TimeSpan? patience = null) => new(Db,
        new MailTransport(new MailOptions(port is { } p ? new SmtpServer("127.0.0.1", p, false, null, null)
        : null, "Shop <shop@example.com>", _folder), patience),
        new EmailComposer(Db, new AccessKeys(), new PublicUrl("https://shop.example.com"), new NotificationOptions()),
        LoggerFactory.Create(b => b.AddProvider(_log)).CreateLogger<MailSender>());

    private Task<long> CountAsync(string sql) => Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0)));
}

public sealed class Mail_on_sqlite() : MailTests(Backend.Sqlite);

public sealed class Mail_on_postgresql() : MailTests(Backend.Postgres);

/// <summary>The waits alone.</summary>
public sealed class MailRetriesTests
{
    [Fact]
    public void Waits_double_up_to_six_hours_and_vary_by_a_quarter()
    {
        Assert.Equal([10, 20, 40, 80], Enumerable.Range(1, 4).Select(n => MailRetries.After(n, 0.5).TotalSeconds));
        Assert.Equal(6, MailRetries.After(1000, 0.5).TotalHours);
        Assert.InRange(Enumerable.Range(1, MailRetries.MaxAttempts - 1).Sum(n => MailRetries.After(n, 0.5).TotalHours), 44, 50);
        Assert.Equal((7.5, 12.5), (MailRetries.After(1, 0).TotalSeconds, MailRetries.After(1, 1).TotalSeconds));
    }
}
