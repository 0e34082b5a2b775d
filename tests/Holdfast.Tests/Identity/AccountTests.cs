using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Commands;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>Passwords changed and forgotten, mailboxes proved, accounts closed. Links are read from the queue of mails.</summary>
public abstract partial class AccountTests(TestHost host)
{
    private const string Password = "một mật khẩu dài";

    [Fact]
    public async Task Changing_the_password_ends_the_other_sessions()
    {
        var me = await RegisterAsync();
        var other = (await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = Password })).Body;
        Assert.Equal("wrong_password",
            Code((await PostAsync(me.Client, "/auth/password", new { currentPassword = "wrong", newPassword = "a new password" })).Body));
        Assert.Equal(400,
            (await PostAsync(me.Client, "/auth/password", new { currentPassword = Password, newPassword = "12345678" })).Status);
        Assert.Equal(400,
            (await PostAsync(me.Client, "/auth/password", new { currentPassword = Password, newPassword = me.Email })).Status);
        var (status, mine) = await PostAsync(me.Client, "/auth/password",
            new { currentPassword = Password, newPassword = "a new password" });
        Assert.Equal(200, status);
        Assert.Equal(401, (await RefreshAsync(other)).Status);
        Assert.Equal(401, (await RefreshAsync(me.SignedIn)).Status);
        Assert.Equal(200, (await RefreshAsync(mine)).Status);
        Assert.Equal(401, (await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = Password })).Status);
        Assert.Equal(200,
            (await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = "a new password" })).Status);
    }

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_a_mailed_link_once_and_within_an_hour()
    {
        var me = await RegisterAsync();
        Assert.Equal(202,
            (await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = me.Email.ToUpperInvariant() })).Status);
        var token = await LinkAsync(me.Email, "reset-password");
        Assert.Equal(400, (await PostAsync(host.Server.Guest, "/auth/reset-password", new { token, password = "12345678" })).Status);
        Assert.Equal(400, (await PostAsync(host.Server.Guest, "/auth/reset-password", new { token, password = me.Email })).Status);

        // Locked out until then.
        for (var i = 0; i < 5; i++)
        {
            await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = "wrong" });
        }

        Assert.Equal(204, (await PostAsync(host.Server.Guest, "/auth/reset-password", new { token, password = "a new password" })).Status);
        Assert.Equal(401, (await RefreshAsync(me.SignedIn)).Status);
        Assert.Equal(200,
            (await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = "a new password" })).Status);
        var (again, used) = await PostAsync(host.Server.Guest, "/auth/reset-password", new { token, password = "yet another one" });
        Assert.Equal((422, "invalid_link"), (again, Code(used)));

        host.Server.Db.ClockSkew += TimeSpan.FromMinutes(1);
        await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = me.Email });
        var late = await LinkAsync(me.Email, "reset-password");
        host.Server.Db.ClockSkew += TimeSpan.FromHours(1);
        Assert.Equal(422,
            (await PostAsync(host.Server.Guest, "/auth/reset-password", new { token = late, password = "yet another one" })).Status);
    }

    [Fact]
    public async Task One_link_at_a_time_is_used_once_by_many_at_once()
    {
        var me = await RegisterAsync();
        await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = me.Email });
        var token = await LinkAsync(me.Email, "reset-password");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(i => PostAsync(host.Server.Guest, "/auth/reset-password", new { token, password = $"a new password {i}" })));
        Assert.Equal(1, answers.Count(a => a.Status == 204));
        Assert.Equal(5, answers.Count(a => a.Status == 422));
    }

    [Fact]
    public async Task Asking_for_an_email_without_an_account_answers_the_same_and_mails_nobody()
    {
        var me = await RegisterAsync();
        var before = await CountAsync("SELECT COUNT(*) FROM mails WHERE about_subject IS NULL");
        var (knownStatus, known) = await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = me.Email });
        var (status, body) = await PostAsync(host.Server.Guest, "/auth/forgot-password",
            new { email = $"{Guid.CreateVersion7():N}@example.com" });
        Assert.Equal((knownStatus, known.GetRawText()), (status, body.GetRawText()));
        Assert.Equal(202, (await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = "no address" })).Status);
        Assert.Equal(before + 1, await CountAsync("SELECT COUNT(*) FROM mails WHERE about_subject IS NULL"));

        // Nobody's mailbox is filled by asking again and again; a minute may end in between.
        for (var i = 0; i < 4; i++)
        {
            await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = me.Email });
        }

        Assert.InRange(await CountAsync("SELECT COUNT(*) FROM mails WHERE about_subject IS NULL"), before + 1, before + 2);
    }

    [Fact]
    public async Task Mails_speak_the_callers_language()
    {
        foreach (var (language, subject) in new[] { ("vi-VN,vi;q=0.9,en;q=0.8", "Đặt lại mật khẩu"), ("en", "Reset your password") })
        {
            var me = await RegisterAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post,
                "/api/v1/auth/forgot-password")
            { Content = JsonContent.Create(new { email = me.Email }) };
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
            using var answer = await host.Server.Guest.SendAsync(request);
            Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1 AND subject = $2", me.Email, subject));
        }
    }

    [Fact]
    public async Task A_guests_orders_join_the_account_only_when_the_mailbox_is_proved()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var me = await RegisterAsync();
        var order = await OrderAsync(host.Server.Guest, shop, me.Email.ToUpperInvariant());
        Assert.Equal(0, await OrdersAsync(me.Client));
        Assert.Equal(202, (await PostAsync(me.Client, "/auth/verify-email/send", new { })).Status);
        Assert.Equal(0, await OrdersAsync(me.Client));
        var token = await LinkAsync(me.Email, "verify-email");
        Assert.Equal(422, (await PostAsync(me.Client, "/auth/verify-email", new { token = token + "A" })).Status);

        // Whose mailbox it is may click on a link that somebody else has asked for: alone it gives nobody anything.
        Assert.Equal(401, (await PostAsync(host.Server.Guest, "/auth/verify-email", new { token })).Status);
        Assert.Equal(422, (await PostAsync((await RegisterAsync()).Client, "/auth/verify-email", new { token })).Status);
        Assert.Equal(0, await OrdersAsync(me.Client));

        var (status, body) = await PostAsync(me.Client, "/auth/verify-email", new { token });
        Assert.Equal((200, 1), (status, body.GetProperty("joinedOrders").GetInt32()));
        Assert.Equal(1, await OrdersAsync(me.Client));
        Assert.Equal(JsonValueKind.String, (await me.Client.GetFromJsonAsync<JsonElement>("/api/v1/auth/me")).GetProperty("emailProvedAt")
            .ValueKind);
        Assert.Equal(422, (await PostAsync(me.Client, "/auth/verify-email", new { token })).Status);
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM users WHERE role = 'guest' AND email_key = $1", me.Email));

        // The access key was the guest's; the account needs none.
        using var asGuest = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{order.Id}");
        asGuest.Headers.Add("X-Access-Key", order.AccessKey);
        Assert.Equal(404, (int)(await host.Server.Guest.SendAsync(asGuest)).StatusCode);
        Assert.Equal(200, (int)(await me.Client.GetAsync($"/api/v1/orders/{order.Id}")).StatusCode);
        Assert.Equal(200, (await PostAsync(me.Client, $"/orders/{order.Id}/cancel", new { })).Status);
        await VerifyAsync();
    }

    [Fact]
    public async Task Somebody_elses_link_does_not_give_them_my_orders()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var (me, other) = (await RegisterAsync(), await RegisterAsync());
        await OrderAsync(host.Server.Guest, shop, me.Email);
        await PostAsync(other.Client, "/auth/verify-email/send", new { });
        var (_, body) = await PostAsync(other.Client, "/auth/verify-email", new { token = await LinkAsync(other.Email, "verify-email") });
        Assert.Equal(0, body.GetProperty("joinedOrders").GetInt32());
        Assert.Equal(0, await OrdersAsync(other.Client));
        Assert.Equal(403, (await PostAsync(host.Server.Staff(shop.StoreId), "/auth/verify-email/send", new { })).Status);
        Assert.Equal(403, (await PostAsync(host.Server.Staff(shop.StoreId), "/auth/verify-email", new { token = "x" })).Status);

        // A link of one kind is not good for the other.
        await PostAsync(me.Client, "/auth/verify-email/send", new { });
        Assert.Equal(422,
            (await PostAsync(host.Server.Guest, "/auth/reset-password",
            new { token = await LinkAsync(me.Email, "verify-email"), password = "a new password" })).Status);
    }

    [Fact]
    public async Task A_closed_account_leaves_its_orders_and_nothing_personal()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var me = await RegisterAsync();
        var order = await OrderAsync(me.Client, shop, me.Email);
        Assert.Equal("wrong_password", Code((await DeleteAsync(me.Client, new { password = "wrong" })).Body));
        var (refused, open) = await DeleteAsync(me.Client, new { password = Password });
        Assert.Equal((409, "orders_open"), (refused, Code(open)));
        await PostAsync(me.Client, $"/orders/{order.Id}/cancel", new { });
        Assert.Equal(204, (await DeleteAsync(me.Client, new { password = Password })).Status);

        Assert.Equal(401, (await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = Password })).Status);
        Assert.Equal(401, (await RefreshAsync(me.SignedIn)).Status);
        Assert.Equal(401, (int)(await me.Client.GetAsync("/api/v1/auth/me")).StatusCode);
        var left = await host.Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order.Id}");
        Assert.DoesNotContain(me.Email, left.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Nguyễn", left.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("+84", left.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("-", left.GetProperty("deliveryAddress").GetString());
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM users WHERE email_key = $1 OR email = $1", me.Email));
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1", me.Email));
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM sessions WHERE user_id IN (SELECT id FROM users WHERE active = $1)", false));

        // Whoever keeps a copy of the order hears of it.
        Assert.Equal(1,
            await CountAsync("SELECT COUNT(*) FROM events WHERE subject = $1 AND sequence = 3 AND type = 'order.updated'",
            Guid.Parse(order.Id)));
        Assert.Equal(201, (await PostAsync(host.Server.Guest, "/auth/register", new { email = me.Email, password = Password })).Status);
        await VerifyAsync();
    }

    [Fact]
    public async Task Staff_and_admins_do_not_close_their_accounts_themselves() =>
        Assert.Equal(403, (await DeleteAsync(host.Server.Staff(Guid.CreateVersion7()), new { password = Password })).Status);

    [Fact]
    public async Task A_guest_gets_the_access_key_again_by_mail_and_nobody_else_does()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var order = await OrderAsync(host.Server.Guest, shop, email);
        foreach (var (number, who) in new[] { (order.Number, "other@example.com"), ("0000-0000-0000", email), ("nonsense", email) })
        {
            Assert.Equal(202, (await PostAsync(host.Server.Guest, "/orders/lookup", new { number, email = who })).Status);
        }

        // They are done one after the other, so that this one is the last.
        Assert.Equal(202, (await PostAsync(host.Server.Guest, "/orders/lookup",
            new
            {
                number = $"#{order.Number.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)}",
                email = email.ToUpperInvariant()
            })).Status);
        await Until.TrueAsync("the link is mailed", async () => await CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1",
            email) > 0);
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1 OR recipient = 'other@example.com'", email));
        var text = await host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT text FROM mails WHERE recipient = $1", r => r.Text(0), email));
        Assert.Contains($"/orders/{order.Id}?key={order.AccessKey}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_for_a_link_is_answered_before_anybody_has_looked()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var order = await OrderAsync(host.Server.Guest, shop, email);
        await using (var tx = await host.Server.Db.BeginAsync())
        {
            // Nobody can queue a mail now: an answer that came after it would not come.
            await tx.LockTableAsync("mails");
            await tx.ExecuteAsync("UPDATE orders SET updated_at = updated_at WHERE id = $1", Guid.Parse(order.Id));
            foreach (var (number, who) in new[] { (order.Number, email), (order.Number, "other@example.com"), ("0000-0000-0000", email),
                ("nonsense", "nonsense") })
            {
                var (status, body) = await PostAsync(host.Server.Guest, "/orders/lookup", new
                {
                    number,
                    email = who
                }).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
                Assert.Equal((202, "{}"), (status, body.GetRawText()));
            }
        }

        await Until.TrueAsync("the link is mailed", async () => await CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1",
            email) == 1);
    }

    private async Task<(string Email, HttpClient Client, JsonElement SignedIn)> RegisterAsync()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var (status, body) = await PostAsync(host.Server.Guest, "/auth/register",
            new { email, password = Password, name = "Nguyễn Văn B" });
        Assert.Equal(201, status);
        return (email, host.Server.Client(body.GetProperty("accessToken").GetString()), body);
    }

    private static async Task<(string Id, string Number, string? AccessKey)> OrderAsync(HttpClient client, Shop shop, string email)
    {
        var body = shop.Body();
        body["customer"] = new System.Text.Json.Nodes.JsonObject { ["email"] = email };
        var (status, order, _) = await shop.OrderAsync(client, body);
        Assert.Equal(201, status);
        return (order.GetProperty("id").GetString()!, order.GetProperty("number").GetString()!,
            order.TryGetProperty("accessKey", out var key) ? key.GetString() : null);
    }

    private async Task<string> LinkAsync(string email, string page)
    {
        var text = await host.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT text FROM mails WHERE recipient = $1 ORDER BY id DESC LIMIT 1", r => r.Text(0), email));
        var match = Link().Match(text ?? "");
        Assert.Equal(page, match.Groups[1].Value);
        return Uri.UnescapeDataString(match.Groups[2].Value);
    }

    private async Task VerifyAsync()
    {
        await Until.TrueAsync("the outbox is empty", async () => await CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(host.Server.Db, withRepairs: false, output) == 0, output.ToString());
    }

    private static async Task<int> OrdersAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/orders")).GetProperty("items").GetArrayLength();

    private Task<(int Status, JsonElement Body)> RefreshAsync(JsonElement signedIn) =>
        PostAsync(host.Server.Guest, "/auth/refresh", new { refreshToken = signedIn.GetProperty("refreshToken").GetString() });

    private static Task<(int Status, JsonElement Body)> PostAsync(HttpClient client, string path, object body) =>
        SendAsync(client, HttpMethod.Post, path, body);

    private static Task<(int Status, JsonElement Body)> DeleteAsync(HttpClient client, object body) =>
        SendAsync(client, HttpMethod.Delete, "/auth/me", body);

    private static async Task<(int Status, JsonElement Body)> SendAsync(HttpClient client, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}") { Content = JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private Task<long> CountAsync(string sql, params object?[] args) =>
        host.Server.Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0), args));

    private static string? Code(JsonElement problem) => problem.GetProperty("code").GetString();

    [GeneratedRegex(@"/([a-z-]+)\?token=([^\s]+)")]
    private static partial Regex Link();
}

public sealed class Account_on_sqlite(SqliteHost host) : AccountTests(host), IClassFixture<SqliteHost>;

public sealed class Account_on_postgresql(PostgresHost host) : AccountTests(host), IClassFixture<PostgresHost>;
