using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.SignIn;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Holdfast.Tests.Identity;

/// <summary>What happens between the check of a password and the session, and what an old hash becomes.</summary>
public abstract class LoginTests(Backend backend)
{
    private const string Password = "cà phê sữa đá";

    [Fact]
    public async Task A_password_that_changes_while_it_is_checked_begins_no_session()
    {
        var hasher = new MeanwhileHasher();
        await using var server = await StartAsync(hasher);
        var (email, id) = await MakeAsync(server);
        hasher.AfterCheck = () => server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", id, Passwords.Hash("another password"));
            var batch = tx.Batch();
            SignInSessions.EndAll(batch, id, await tx.NowAsync());
            await batch.RunAsync();
        });
        Assert.Equal((401, "invalid_credentials"), await LoginAsync(server, email, Password));
        Assert.Equal(0,
            await server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL", r => r.Long(0))));
        hasher.AfterCheck = null;
        Assert.Equal(200, (await LoginAsync(server, email, "another password")).Status);

        // Nor does an account that is closed in between.
        hasher.AfterCheck = () => server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET active = $2 WHERE id = $1", id, false));
        Assert.Equal((401, "invalid_credentials"), await LoginAsync(server, email, "another password"));
    }

    [Fact]
    public async Task Who_knows_an_old_password_does_not_replace_the_new_one()
    {
        var hasher = new MeanwhileHasher();
        await using var server = await StartAsync(hasher);
        var (email, id) = await MakeAsync(server);
        var mine = server.Client(server.Get<TokenReader>().Make((await server.Get<AccountStore>().FindAsync(id))!));
        hasher.AfterCheck = () =>
            server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", id, Passwords.Hash("the owner's new one")));
        using var change = await mine.PostAsJsonAsync("/api/v1/auth/password",
            new { currentPassword = Password, newPassword = "the thief's new one" });
        Assert.Equal((403, "wrong_password"),
            ((int)change.StatusCode, (await change.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));

        // Nor close the account.
        hasher.AfterCheck = () =>
            server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", id, Passwords.Hash(Password)));
        using var close = new HttpRequestMessage(HttpMethod.Delete,
            "/api/v1/auth/me")
        { Content = JsonContent.Create(new { password = "the owner's new one" }) };
        using var closed = await mine.SendAsync(close);
        Assert.Equal((403, "wrong_password"),
            ((int)closed.StatusCode, (await closed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        await server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", id, Passwords.Hash("the owner's new one")));
        hasher.AfterCheck = null;
        Assert.Equal(200, (await LoginAsync(server, email, "the owner's new one")).Status);
    }

    [Fact]
    public async Task A_hash_of_few_iterations_is_made_anew_at_sign_in_once()
    {
        await using var server = await StartAsync(null);
        var (email, id) = await MakeAsync(server);
        var old = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 })).HashPassword(new object(),
            Password);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", id, old));
        Assert.Equal(401, (await LoginAsync(server, email, "wrong password")).Status);
        Assert.Equal(old, await HashAsync());
        Assert.Equal(200, (await LoginAsync(server, email, Password)).Status);
        var renewed = await HashAsync();
        Assert.NotEqual(old, renewed);
        Assert.Equal(200, (await LoginAsync(server, email, Password)).Status);
        Assert.Equal(renewed, await HashAsync());

        Task<string?> HashAsync() =>
            server.Db.ReadAsync(s => s.FirstAsync("SELECT password_hash FROM users WHERE id = $1", r => r.TextOrNull(0), id));
    }

    [Fact]
    public async Task A_disabled_account_is_signed_out_and_stays_out_until_it_is_enabled()
    {
        await using var server = await StartAsync(null);
        var (email, id) = await MakeAsync(server);
        using var login = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password = Password });
        var refreshToken = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refreshToken").GetString();
        Assert.Equal(id, (await server.Get<AccountStore>().SetActiveAsync(email.ToUpperInvariant(), active: false))?.Id);
        Assert.Equal(401, (int)(await server.Guest.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken })).StatusCode);
        Assert.Equal((401, "invalid_credentials"), await LoginAsync(server, email, Password));
        Assert.Equal(id, (await server.Get<AccountStore>().SetActiveAsync(id.ToString(), active: true))?.Id);
        Assert.Equal(200, (await LoginAsync(server, email, Password)).Status);
        Assert.Equal(401, (int)(await server.Guest.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken })).StatusCode);
        Assert.Null(await server.Get<AccountStore>().SetActiveAsync("nobody@example.com", active: false));
        Assert.Equal(["account_disabled", "account_enabled"],
            await server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT action FROM audit_log WHERE resource = $1 AND action LIKE 'account_%abled' ORDER BY id",
            r => r.Text(0), id.ToString())));

        // A closed one is gone for good.
        await server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE users SET email = $2, active = $3 WHERE id = $1", id, Emails.OfClosed(id), false));
        Assert.Null(await server.Get<AccountStore>().SetActiveAsync(id.ToString(), active: true));
    }

    [Fact]
    public async Task The_largest_account_that_can_be_made_gets_a_token_that_is_read()
    {
        await using var server = await StartAsync(null);
        var stores = Enumerable.Range(0, Account.MaxStores).Select(_ => Guid.CreateVersion7()).ToList();
        // The longest label that its ASCII form leaves room for.
        var domain = string.Join('.', Enumerable.Repeat(new string('ễ', 56), 2));
        var account = new Account(Guid.CreateVersion7(), Role.Staff, $"{new string('ễ', 64)}@{domain}", new string('ễ', 200), stores);
        Assert.NotNull(Emails.Key(account.Email));
        var token = server.Get<TokenReader>().Make(account);
        using var answer = await server.Client(token).GetAsync("/api/v1/stores");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(Account.MaxStores, (await server.Get<TokenReader>().ReadAsync(token))?.Stores.Count);
    }

    [Fact]
    public async Task Answers_with_a_token_or_a_key_are_not_stored_by_anybody()
    {
        await using var server = await StartAsync(null);
        var shop = await Holdfast.Tests.Orders.Shop.CreateAsync(server.Db, 10);
        var (email, _) = await MakeAsync(server);
        using var login = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password = Password });
        using var key = await server.Admin.PostAsJsonAsync("/api/v1/api-keys",
            new { name = "ERP", storeIds = new[] { shop.StoreId }, scopes = new[] { "orders:read" } });
        using var cart = await server.Guest.GetAsync($"/api/v1/carts/{shop.StoreId}");
        using var line = await server.Guest.PutAsJsonAsync($"/api/v1/carts/{shop.StoreId}/lines/{shop.Variant}", new { quantity = 1 });
        using var wrong = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password = "wrong password" });
        var (_, order, placed) = await shop.OrderAsync(server.Guest);
        Assert.True(order.TryGetProperty("accessKey", out _));
        Assert.True(cart.Headers.Contains("X-Cart-Token"));
        Assert.All([login, key, cart, line, wrong, placed],
            a => Assert.True(a.Headers.CacheControl?.NoStore == true, $"{a.RequestMessage!.RequestUri}: {a.Headers.CacheControl}"));

        // What has a tag may be kept by the browser that got it, which asks each time.
        using var product = await server.Admin.GetAsync($"/api/v1/orders/{order.GetProperty("id").GetString()}");
        Assert.Equal("no-cache, private", product.Headers.CacheControl?.ToString());
    }

    private async Task<TestServer> StartAsync(PasswordHasher<object>? hasher) =>
        await TestServer.StartAsync(await TestDb.CreateAsync(backend), s =>
    {
        if (hasher is not null)
        {
            s.AddSingleton(hasher);
        }
    });

    private static async Task<(string Email, Guid Id)> MakeAsync(TestServer server)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        return (email, (await server.Get<AccountStore>().CreateAsync(Role.Customer, email, null, Password, [])).Value.Id);
    }

    private static async Task<(int Status, string? Code)> LoginAsync(TestServer server, string email, string password)
    {
        using var answer = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password });
        return ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("code", out var code)
            ? code.GetString() : null);
    }

    /// <summary>Lets something happen after a password was found right or wrong, and before anybody hears of it.</summary>
    private sealed class MeanwhileHasher : PasswordHasher<object>
    {
        public Func<Task>? AfterCheck { get; set; }

        public override PasswordVerificationResult VerifyHashedPassword(object user, string hashedPassword, string providedPassword)
        {
            var result = base.VerifyHashedPassword(user, hashedPassword, providedPassword);
            if (AfterCheck is { } happens)
            {
                // The hasher is not awaited.
                using var done = new ManualResetEventSlim();
                _ = Task.Run(async () =>
                {
                    try
                    {
                        await happens();
                    }
                    finally
                    {
                        done.Set();
                    }
                });
                done.Wait();
            }

            return result;
        }
    }
}

public sealed class Login_on_sqlite() : LoginTests(Backend.Sqlite);

public sealed class Login_on_postgresql() : LoginTests(Backend.Postgres)
{
    /// <summary>
    /// Time tells nobody whether there is an account: the statements and commits are the same, too. (Seen by the driver, so on one of the
    /// databases.)
    /// </summary>
    [Fact]
    public async Task An_unknown_email_and_a_wrong_password_cost_the_same_statements_and_commits()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        await using var server = await TestServer.StartAsync(database, ownsDatabase: false,
            settings: new Settings { RateLimits = false, Roles = Roles.Api });
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await server.Get<AccountStore>().CreateAsync(Role.Customer, email, null, "a good password", []);
        var name = new Uri(database.Url).AbsolutePath[1..];
        var seen = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(t => t.Value as string == name)
                    && activity.TagObjects.FirstOrDefault(t => t.Key is "db.statement" or "db.query.text").Value is string sql)
                {
                    lock (seen)
                    {
                        seen.Add(sql);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var unknown = await CostAsync("nobody@example.com");
        var wrong = await CostAsync(email);
        Assert.True(unknown.Count >= 3, string.Join('\n', unknown));
        Assert.Equal(unknown, wrong);

        async Task<List<string>> CostAsync(string who)
        {
            lock (seen)
            {
                seen.Clear();
            }

            using var answer = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email = who, password = "wrong password" });
            Assert.Equal(401, (int)answer.StatusCode);
            lock (seen)
            {
                // The signing keys are looked after by a timer.
                return [.. seen.Where(s => !s.Contains("FROM secrets", StringComparison.Ordinal))];
            }
        }
    }
}
