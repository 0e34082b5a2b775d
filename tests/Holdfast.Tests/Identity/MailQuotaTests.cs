using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Http.Routing;
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
        using var metered = new Holdfast.Tests.Messaging.Metered();
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var me = await MakeAsync(email);
        for (var i = 0; i < Holdfast.Platform.Mail.Mails.MostPerHour + 3; i++)
        {
            Assert.Equal(202, await AskAsync(me, "email", new { email = $"new{i}.{email}", password = Password }, "203.0.113.1"));
            _server.Db.ClockSkew += TimeSpan.FromMinutes(1);
        }

        Assert.Equal(Holdfast.Platform.Mail.Mails.MostPerHour, await MailsAsync($"new_.{email}"));
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
    public async Task Accounts_that_name_one_new_mailbox_fill_it_no_more_than_one_does()
    {
        var victim = $"{Guid.CreateVersion7():N}";
        for (var i = 0; i < MailQuota.AtOnce + 3; i++)
        {
            var one = await MakeAsync($"a{i}.{victim}@example.com");
            Assert.Equal(202, await AskAsync(one, "email", new { email = $"{victim}@example.net", password = Password }, $"203.0.113.{i}"));
        }

        Assert.Equal(MailQuota.AtOnce, await MailsAsync($"{victim}@example.net"));
        Assert.Contains(_server.Log.Lines, l => l.Contains("of the kind change-email to one address", StringComparison.Ordinal));

        // Whatever follows the plus; and what one address asks for.
        await CountedAsync("change-email", $"{victim}+x@example.net", MailQuota.OfMailbox - MailQuota.AtOnce - 1);
        var last = await MakeAsync($"b.{victim}@example.com");
        foreach (var (n, at) in new[] { "203.0.113.20", "203.0.113.21" }.Index())
        {
            await AskAsync(last, "email", new { email = $"{victim}+{n}@example.net", password = Password }, at);
        }

        Assert.Equal((1, 0), (await MailsAsync($"{victim}+0@example.net"), await MailsAsync($"{victim}+1@example.net")));
        await CountedAsync("other", null, MailQuota.OfClient - 1, "203.0.113.30");
        foreach (var n in new[] { 0, 1 })
        {
            await AskAsync(await MakeAsync($"c{n}.{victim}@example.com"), "email",
                new { email = $"d{n}.{victim}@example.net", password = Password }, "203.0.113.30");
        }

        Assert.Equal((1, 0), (await MailsAsync($"d0.{victim}@example.net"), await MailsAsync($"d1.{victim}@example.net")));
    }

    [Fact]
    public async Task Lookups_of_many_orders_fill_no_mailbox()
    {
        var shop = await Holdfast.Tests.Orders.Shop.CreateAsync(_server.Db, 100);
        var name = $"{Guid.CreateVersion7():N}";
        var numbers = new List<(string Email, string Number)>();
        for (var i = 0; i < MailQuota.AtOnce + 3; i++)
        {
            numbers.Add(await OrderAsync(shop, $"{name}@example.com"));
        }

        foreach (var (n, (email, number)) in numbers.Index())
        {
            await LookUpAsync(number, email, $"203.0.113.{n}");
        }

        var (own, own1) = (await OrderAsync(shop, $"{name}+1@example.com"), await OrderAsync(shop, $"{name}+2@example.com"));
        await CountedAsync("order-lookup", $"{name}+x@example.com", MailQuota.OfMailbox - MailQuota.AtOnce - 1);
        await LookUpAsync(own.Number, own.Email, "203.0.113.40");
        await LookUpAsync(own1.Number, own1.Email, "203.0.113.41");

        // And one client: the lookup is counted by the address that asked.
        await CountedAsync("other", null, MailQuota.OfClient, "203.0.113.50");
        var (stopped, let) = (await OrderAsync(shop, $"e.{name}@example.com"), await OrderAsync(shop, $"f.{name}@example.com"));
        await LookUpAsync(stopped.Number, stopped.Email, "203.0.113.50");
        await LookUpAsync(let.Number, let.Email, "203.0.113.51");

        // One after the other: when the last is there, so are all.
        await Until.TrueAsync("the last lookup is mailed", async () => await LookedUpAsync(let.Email) == 1);
        Assert.Equal(MailQuota.AtOnce, await LookedUpAsync($"{name}@example.com"));
        Assert.Equal((1, 0, 0), (await LookedUpAsync(own.Email), await LookedUpAsync(own1.Email), await LookedUpAsync(stopped.Email)));
    }

    private async Task<(string Email, string Number)> OrderAsync(Holdfast.Tests.Orders.Shop shop, string email)
    {
        var body = shop.Body((0, 1));
        (body["customer"]!["email"], body["contactPhone"]) = (email, "none");
        var (status, order, _) = await shop.OrderAsync(_server.Guest, body);
        Assert.Equal(201, status);
        return (email, order.GetProperty("number").GetString()!);
    }

    private async Task LookUpAsync(string number, string email, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders/lookup");
        request.Content = JsonContent.Create(new { number, email });
        request.Headers.Add("X-Forwarded-For", from);
        using var answer = await _server.Guest.SendAsync(request);
        Assert.Equal(202, (int)answer.StatusCode);
    }

    private Task<long> LookedUpAsync(string email) => _server.Db.ReadAsync(s => s.FirstAsync(
        "SELECT COUNT(*) FROM mails WHERE recipient = $1 AND key LIKE 'order-lookup:%'", r => r.Long(0), email));

    /// <summary>As if so many had been asked for, each from an address of its own unless one is named.</summary>
    private Task CountedAsync(string kind, string? email, int times, string? from = null) => _server.Db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync();
        for (var i = 0; i < times; i++)
        {
            Assert.True(await _server.Get<MailRequests>().CountAsync(tx, kind,
                email?.Replace("+x", $"+x{i}", StringComparison.Ordinal) ?? $"{i}@{from}", null, false,
                IPAddress.Parse(from ?? $"192.0.2.{i}"), now));
        }
    });

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
        var account = (await _server.Get<AccountStore>()
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
