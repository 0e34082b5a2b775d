using Holdfast.Identity;
using Holdfast.Notifications;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging;

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
        await QueueAsync(new Mail("a", "an@example.com", "Đặt lại mật khẩu", "Mở liên kết: https://shop.example.com/x?token=abc\n") { Html = "<p>Mở</p>" });
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        var mail = Assert.Single(server.Received);
        Assert.Contains("an@example.com", mail, StringComparison.Ordinal);
        Assert.Contains("Message-ID: <", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("multipart/alternative", mail, StringComparison.Ordinal);
        Assert.Contains("text/html", mail, StringComparison.Ordinal);
        Assert.Equal(("", true), await Db.ReadAsync(s => s.FirstAsync("SELECT text, sent_at FROM mails", r => (r.Text(0), r.TimeOrNull(1) is not null))));
        Assert.Equal(0, await Sender(server.Port).SendOnceAsync());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Several_workers_send_each_mail_once()
    {
        await using var server = await MailServer.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            await QueueAsync(new Mail($"m{i % 15}", $"{i}@example.com", "s", "t"));
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
        await QueueAsync(new Mail("a", "an@example.com", "secret subject", "https://shop.example.com/x?token=abc"));
        var nobody = Sender(Shell.FreePort());
        Assert.Equal(1, await nobody.SendOnceAsync());
        Assert.Equal(0, await nobody.SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(1, await nobody.SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(0, await nobody.SendOnceAsync());
        Assert.Equal(2, _log.Lines.Count);
        Assert.All(_log.Lines, l => Assert.False(l.Contains("token", StringComparison.Ordinal) || l.Contains("an@", StringComparison.Ordinal) || l.Contains("secret", StringComparison.Ordinal)));

        await using var server = await MailServer.StartAsync();
        Db.ClockSkew += TimeSpan.FromSeconds(13);
        Assert.Equal(1, await Sender(server.Port).SendOnceAsync());
        Assert.Single(server.Received);
    }

    [Fact]
    public async Task A_mail_that_nobody_can_use_any_more_is_not_sent()
    {
        await QueueAsync(new Mail("a", "an@example.com", "s", "t") { GoodFor = TimeSpan.FromHours(1) });
        Db.ClockSkew += TimeSpan.FromHours(1);
        Assert.Equal(0, await Sender(null).SendOnceAsync());
    }

    [Fact]
    public async Task A_claimed_mail_whose_worker_died_is_sent_by_another_later()
    {
        await QueueAsync(new Mail("a", "an@example.com", "s", "t"));
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE mails SET attempts = 1, next_attempt_at = $1", DateTime.UnixEpoch));
        Assert.Equal(1, await Sender(null).SendOnceAsync());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Without_a_server_mails_are_files()
    {
        await QueueAsync(new Mail("a", "an@example.com", "Hello", "https://shop.example.com/x?token=abc"));
        Assert.Equal(1, await Sender(null).SendOnceAsync());
        var text = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder, "*.eml")), TestContext.Current.CancellationToken);
        Assert.Contains("Subject: Hello", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_no_server_takes_is_given_up_in_the_end()
    {
        await QueueAsync(new Mail("a", "not an address", "s", "t"));
        for (var i = 0; i < MailRetries.MaxAttempts; i++)
        {
            Assert.Equal(1, await Sender(null).SendOnceAsync());
            Db.ClockSkew += TimeSpan.FromHours(8);
        }

        Assert.Equal(0, await Sender(null).SendOnceAsync());
        Db.ClockSkew += TimeSpan.FromDays(31);
        Assert.Equal(1, await Sender(null).PruneAsync());
    }

    private Task QueueAsync(Mail mail) => Db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        Mails.Queue(batch, mail, await tx.NowAsync());
        await batch.RunAsync();
    });

    private MailSender Sender(int? port) => new(Db,
        new MailTransport(new MailOptions(port is { } p ? new SmtpServer("127.0.0.1", p, false, null, null) : null, "Shop <shop@example.com>", _folder)),
        new Letters(Db, new AccessKeys(), new PublicUrl("https://shop.example.com")), LoggerFactory.Create(b => b.AddProvider(_log)).CreateLogger<MailSender>());

    private Task<long> CountAsync(string sql) => Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0)));
}

public sealed class Mail_on_sqlite() : MailTests(Backend.Sqlite);

public sealed class Mail_on_postgresql() : MailTests(Backend.Postgres);

/// <summary>The waits by themselves.</summary>
public sealed class MailRetriesTests
{
    [Fact]
    public void Waits_double_up_to_six_hours_and_vary_by_a_quarter()
    {
        Assert.Equal([10, 20, 40, 80], Enumerable.Range(1, 4).Select(n => MailRetries.After(n, 0.5).TotalSeconds));
        Assert.Equal(6, MailRetries.After(1000, 0.5).TotalHours);
        Assert.Equal((7.5, 12.5), (MailRetries.After(1, 0).TotalSeconds, MailRetries.After(1, 1).TotalSeconds));
    }
}
