using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Identity;
using Holdfast.Platform.Http;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>How many mails strangers can have sent to a mailbox that is not theirs, and that its owner always gets one.</summary>
public abstract class MailQuotaTests(Backend backend) : IAsyncLifetime
{
    private const string Password = "một mật khẩu dài";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(await TestDb.CreateAsync(backend),
        settings: new Settings { RateLimits = false, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_mailbox_gets_few_a_day_however_often_strangers_ask_and_always_has_a_link_that_is_good()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await MakeAsync(email);
        for (var minute = 0; minute < 12 * 60; minute += 5)
        {
            Assert.Equal(202, await AskAsync(_server.Guest, "forgot-password", new { email }, $"203.0.113.{minute / 5}"));
            _server.Db.ClockSkew += TimeSpan.FromMinutes(5);
        }

        Assert.InRange(await MailsAsync(email), 12, 15);
        Assert.InRange(
            await _server.Db.ReadAsync(async s => await s.NowAsync()
            - (await s.FirstAsync("SELECT MAX(created_at) FROM mails WHERE recipient = $1", r => r.Time(0), email))),
            TimeSpan.Zero, OneTimeLinks.Lifetime + TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Links_of_one_kind_do_not_use_up_the_other()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var me = await MakeAsync(email);
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(202, await AskAsync(me, "verify-email/send", new { }, "203.0.113.1"));
            _server.Db.ClockSkew += TimeSpan.FromMinutes(1);
        }

        Assert.Equal(MailQuota.AtOnce, await MailsAsync(email));
        var line = Assert.Single(_server.Log.Lines, l => l.Contains("of the kind verify-email to one address", StringComparison.Ordinal));
        Assert.DoesNotContain(email, line, StringComparison.Ordinal);
        await AskAsync(_server.Guest, "forgot-password", new { email }, "203.0.113.2");
        Assert.Equal(MailQuota.AtOnce + 1, await MailsAsync(email));
    }

    [Fact]
    public async Task Addresses_that_differ_after_a_plus_are_one_mailbox()
    {
        var name = $"{Guid.CreateVersion7():N}";
        for (var i = 0; i < MailQuota.OfMailbox + 6; i++)
        {
            await AskAsync(await MakeAsync($"{name}+{i}@example.com"), "verify-email/send", new { }, $"203.0.113.{i}");
        }

        Assert.Equal(MailQuota.OfMailbox, await MailsAsync($"{name}+%@example.com"));
        await AskAsync(await MakeAsync($"{name}@other.example.com"), "verify-email/send", new { }, "203.0.113.200");
        Assert.Equal(1, await MailsAsync($"{name}@other.example.com"));
    }

    [Fact]
    public async Task What_one_account_is_not_sent_is_said_once_an_hour()
    {
        using var metered = new Messaging.Metered();
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var me = await MakeAsync(email);
        for (var i = 0; i < Holdfast.Platform.Messaging.Mails.MostPerHour + 3; i++)
        {
            Assert.Equal(202, await AskAsync(me, "email", new { email = $"new.{email}", password = Password }, "203.0.113.1"));
            _server.Db.ClockSkew += TimeSpan.FromMinutes(1);
        }

        Assert.Equal(Holdfast.Platform.Messaging.Mails.MostPerHour, await MailsAsync($"new.{email}"));
        // An hour may end in between.
        var lines = _server.Log.Lines.Where(l => l.Contains("to one account within an hour", StringComparison.Ordinal)).ToList();
        Assert.InRange(lines.Count, 1, 2);
        Assert.DoesNotContain(lines, l => l.Contains(email, StringComparison.Ordinal));
        Assert.True(metered["holdfast.mails.dropped", "to one account within an hour"] >= 3);

        // What was queued a moment ago is not dropped.
        var other = await MakeAsync($"other.{email}");
        for (var i = 0; i < 3; i++)
        {
            await AskAsync(other, "email", new { email = $"second.{email}", password = Password }, "203.0.113.1");
        }

        Assert.Equal(lines.Count, _server.Log.Lines.Count(l => l.Contains("to one account within an hour", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_client_has_so_many_sent_and_no_more()
    {
        var emails = Enumerable.Range(0, 8).Select(i => $"{i}{Guid.CreateVersion7():N}@example.com").ToList();
        foreach (var email in emails)
        {
            await MakeAsync(email);
        }

        await _server.Db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            for (var i = 0; i < MailQuota.OfClient - 4; i++)
            {
                Assert.True(await _server.Get<MailRequests>()
                    .CountAsync(tx, "other", $"{i}@example.com", null, false, IPAddress.Parse("203.0.113.9"), now));
            }
        });
        foreach (var email in emails)
        {
            Assert.Equal(202, await AskAsync(_server.Guest, "forgot-password", new { email }, "203.0.113.9"));
        }

        Assert.Equal(4, await MailsAsync("%@example.com"));
        await AskAsync(_server.Guest, "forgot-password", new { email = emails[7] }, "203.0.113.10");
        Assert.Equal(1, await MailsAsync(emails[7]));
    }

    [Fact]
    public async Task Links_lead_to_the_shop_whatever_host_the_request_names()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await MakeAsync(email, "<a href=\"https://evil.example\">Win!</a> https://evil.example");
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/api/v1/auth/forgot-password")
        { Content = JsonContent.Create(new { email }) };
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("Forwarded", "host=evil.example");
        using var answer = await _server.Guest.SendAsync(request);
        Assert.Equal(202, (int)answer.StatusCode);
        var mail = await _server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT subject, text, html FROM mails WHERE recipient = $1", r => r.Text(0) + r.Text(1) + r.Text(2), email));
        Assert.DoesNotContain("evil", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(_server.Get<Holdfast.Platform.Messaging.PublicUrl>().Base + "/reset-password?token=", mail,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("an+shop@example.com", "an@example.com")]
    [InlineData("an@ex+ample.com", "an@ex+ample.com")]
    [InlineData("+an@example.com", "+an@example.com")]
    [InlineData("an+a+b@example.com", "an@example.com")]
    public void A_mailbox_is_what_stands_before_the_plus(string email, string mailbox) => Assert.Equal(mailbox, MailQuota.Mailbox(email));

    private async Task<HttpClient> MakeAsync(string email, string? name = null)
    {
        // Hashing is not what is tested.
        var account = (await _server.Get<Accounts>()
            .CreateHashedAsync(Role.Customer, email, name, Hash, [], null, CancellationToken.None)).Value;
        return _server.Client(_server.Get<TokenReader>().Make(account));
    }

    private static readonly string Hash = Passwords.Hash(Password);

    private static async Task<int> AskAsync(HttpClient client, string path, object body, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/auth/{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-For", from);
        using var answer = await client.SendAsync(request);
        Assert.Equal("{}", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetRawText());
        return (int)answer.StatusCode;
    }

    private Task<long> MailsAsync(string to) =>
        _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM mails WHERE recipient LIKE $1", r => r.Long(0), to));
}

public sealed class MailQuota_on_sqlite() : MailQuotaTests(Backend.Sqlite);

public sealed class MailQuota_on_postgresql() : MailQuotaTests(Backend.Postgres);
