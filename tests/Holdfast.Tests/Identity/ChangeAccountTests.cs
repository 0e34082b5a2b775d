using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>A customer's own name and email.</summary>
public abstract partial class AccountTests
{
    [Fact]
    public async Task A_customer_changes_their_name_and_is_found_by_it()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var me = await RegisterAsync();
        var order = await OrderAsync(me.Client, shop, me.Email);
        var word = $"{Guid.CreateVersion7():N}";
        var (status, account) = await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", new { name = $"Đặng {word}" });
        Assert.Equal((200, $"Đặng {word}", me.Email),
            (status, account.GetProperty("name").GetString(), account.GetProperty("email").GetString()));
        var found = await host.Server.Staff(shop.StoreId)
            .GetFromJsonAsync<JsonElement>($"/api/v1/customers?q=dang {word}", TestContext.Current.CancellationToken);
        Assert.Equal(1, found.GetProperty("items").GetArrayLength());
        // An order keeps the name with which it was placed.
        Assert.Equal("Nguyễn Văn B",
            (await me.Client.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order.Id}", TestContext.Current.CancellationToken))
            .GetProperty("customer").GetProperty("name").GetString());

        Assert.Equal($"Đặng {word}", (await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", new { })).Body.GetProperty("name")
            .GetString());
        // Null removes it, and nobody is found by it any more; what is left out or blank stays.
        var (removed, nameless) = await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", new { name = (string?)null });
        Assert.Equal((200, JsonValueKind.Null), (removed, nameless.GetProperty("name").ValueKind));
        Assert.Equal(1, await CountAsync(
            "SELECT COUNT(*) FROM users WHERE email_key = $1 AND role = 'customer' AND name IS NULL AND name_folded IS NULL", me.Email));
        foreach (var same in new object[] { new { }, new { name = " " } })
        {
            Assert.Equal(200, (await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", new { name = "Đặng Ân" })).Status);
            Assert.Equal("Đặng Ân", (await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", same)).Body.GetProperty("name").GetString());
        }

        foreach (var (body, field) in new (object, string)[] { (new { name = "a\u0007b" }, "name"),
            (new { name = new string('x', 201) }, "name"), (new { email = "x@example.com" }, "email"), (new { role = "admin" }, "role") })
        {
            var (refused, problem) = await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", body);
            Assert.Equal(400, refused);
            Assert.Contains(field, problem.GetRawText());
        }

        Assert.Equal(403, (await SendAsync(host.Server.Staff(shop.StoreId), HttpMethod.Patch, "/auth/me", new { name = "x" })).Status);
        Assert.Equal(401, (await SendAsync(host.Server.Guest, HttpMethod.Patch, "/auth/me", new { name = "x" })).Status);
    }

    [Fact]
    public async Task A_name_that_stays_is_not_written_and_leaves_no_line()
    {
        var me = await RegisterAsync();
        foreach (var (name, lines) in new (object, int)[] { (new { name = "Ân" }, 1), (new { name = "Ân" }, 1),
            (new { name = " A\u0302n " }, 1), (new { }, 1), (new { name = "An" }, 2), (new { name = (string?)null }, 3),
            (new { name = (string?)null }, 3) })
        {
            var before = await UpdatedAsync();
            var was = await LinesAsync();
            var (status, account) = await SendAsync(me.Client, HttpMethod.Patch, "/auth/me", name);
            Assert.Equal((200, me.Email), (status, account.GetProperty("email").GetString()));
            Assert.Equal(lines, await LinesAsync());
            Assert.Equal(was != lines, before != await UpdatedAsync());
        }

        Task<long> UpdatedAsync() => host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT updated_at FROM users WHERE email_key = $1 "
            + "AND role = 'customer'", r => r.Time(0).Ticks, me.Email));

        Task<int> LinesAsync() => host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM audit_log "
            + "WHERE action = 'name_changed' AND actor IN (SELECT 'customer:' || CAST(id AS text) FROM users WHERE email_key = $1)",
            r => r.Int(0), me.Email));
    }

    [Fact]
    public async Task An_email_is_changed_by_a_link_to_the_new_mailbox_and_the_old_one_is_told()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var me = await RegisterAsync();
        var order = await OrderAsync(me.Client, shop, me.Email);
        var asGuest = $"Lan.{Guid.CreateVersion7():N}@Example.com";
        await OrderAsync(host.Server.Guest, shop, asGuest);
        await PostAsync(host.Server.Guest, "/auth/forgot-password", new { email = me.Email });
        var reset = await LinkAsync(me.Email, "reset-password");

        Assert.Equal((403, "wrong_password"), await CodeAsync(me.Client, "/auth/email", new { email = asGuest, password = "wrong" }));
        Assert.Equal(400, (await PostAsync(me.Client, "/auth/email", new { email = "nobody", password = Password })).Status);
        Assert.Equal(403, (await PostAsync(host.Server.Staff(shop.StoreId), "/auth/email", new { email = asGuest, password = Password }))
            .Status);
        Assert.Equal(202, (await PostAsync(me.Client, "/auth/email", new { email = $" {asGuest} ", password = Password })).Status);
        Assert.Equal(me.Email, (await me.Client.GetFromJsonAsync<JsonElement>("/api/v1/auth/me", TestContext.Current.CancellationToken))
            .GetProperty("email").GetString());

        // The link alone gives nobody anything, and is good for nothing else.
        var token = await LinkAsync(asGuest, "change-email");
        Assert.Equal((422, "invalid_link"), await CodeAsync((await RegisterAsync()).Client, "/auth/email/confirm", new { token }));
        Assert.Equal(202, (await PostAsync(me.Client, "/auth/email", new { email = asGuest, password = Password })).Status);
        host.Server.Db.ClockSkew += TimeSpan.FromMinutes(1);
        Assert.Equal(202, (await PostAsync(me.Client, "/auth/email", new { email = asGuest, password = Password })).Status);
        token = await LinkAsync(asGuest, "change-email");
        Assert.Equal(401, (await PostAsync(host.Server.Guest, "/auth/email/confirm", new { token })).Status);
        Assert.Equal((422, "invalid_link"), await CodeAsync(me.Client, "/auth/verify-email", new { token }));

        var (status, body) = await PostAsync(me.Client, "/auth/email/confirm", new { token });
        Assert.Equal((200, asGuest, 1), (status, body.GetProperty("email").GetString(), body.GetProperty("joinedOrders").GetInt32()));
        Assert.Equal((422, "invalid_link"), await CodeAsync(me.Client, "/auth/email/confirm", new { token }));
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1 AND subject = 'The email address of your "
            + "account was changed'", me.Email));

        // Who reads the old mailbox can no longer do anything with it; sessions, orders and what they say stay.
        Assert.Equal(422, (await PostAsync(host.Server.Guest, "/auth/reset-password", new { token = reset, password = "a new password" }))
            .Status);
        Assert.Equal(401, (await PostAsync(host.Server.Guest, "/auth/login", new { email = me.Email, password = Password })).Status);
        Assert.Equal(200, (await PostAsync(host.Server.Guest, "/auth/login",
            new { email = asGuest.ToUpperInvariant(), password = Password })).Status);
        Assert.Equal(200, (await RefreshAsync(me.SignedIn)).Status);
        Assert.Equal(2, await OrdersAsync(me.Client));
        Assert.Equal(me.Email,
            (await me.Client.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order.Id}", TestContext.Current.CancellationToken))
            .GetProperty("customer").GetProperty("email").GetString());
        Assert.Equal(JsonValueKind.String,
            (await me.Client.GetFromJsonAsync<JsonElement>("/api/v1/auth/me", TestContext.Current.CancellationToken))
            .GetProperty("emailProvedAt").ValueKind);
        // The address is free again.
        Assert.Equal(201, (await PostAsync(host.Server.Guest, "/auth/register", new { email = me.Email, password = Password })).Status);
        await VerifyAsync();
    }

    [Fact]
    public async Task An_email_that_somebody_else_has_is_refused_when_it_is_confirmed()
    {
        var (me, other) = (await RegisterAsync(), await RegisterAsync());
        Assert.Equal(202, (await PostAsync(me.Client, "/auth/email", new { email = other.Email, password = Password })).Status);
        var token = await LinkAsync(other.Email, "change-email");
        Assert.Equal((409, "email_taken"), await CodeAsync(me.Client, "/auth/email/confirm", new { token }));
        Assert.Equal(me.Email, (await me.Client.GetFromJsonAsync<JsonElement>("/api/v1/auth/me", TestContext.Current.CancellationToken))
            .GetProperty("email").GetString());
        Assert.Equal(200, (await PostAsync(host.Server.Guest, "/auth/login", new { email = other.Email, password = Password })).Status);
    }

    private static async Task<(int Status, string? Code)> CodeAsync(HttpClient client, string path, object body)
    {
        var (status, problem) = await PostAsync(client, path, body);
        return (status, Code(problem));
    }
}
