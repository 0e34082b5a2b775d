using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Identity;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>Registering, refreshing, signing out; and the token that was stolen. The clock is the database's, moved by its skew.</summary>
public abstract class SessionTests(TestHost host)
{
    private const string Password = "một mật khẩu dài";

    [Fact]
    public async Task Registering_signs_in_as_a_customer()
    {
        var email = $"An.{Guid.CreateVersion7():N}@Example.com";
        var (status, signedIn) = await PostAsync("register", new { email, password = Password, name = "Ánh" });
        Assert.Equal(201, status);
        Assert.Equal(("Bearer", 900, 30 * 24 * 3600),
            (signedIn.GetProperty("tokenType").GetString(), signedIn.GetProperty("expiresIn").GetInt32(),
            signedIn.GetProperty("refreshExpiresIn").GetInt32()));
        var me = await MeAsync(signedIn);
        Assert.Equal(("customer", email, "Ánh"),
            (me.GetProperty("role").GetString(), me.GetProperty("email").GetString(), me.GetProperty("name").GetString()));

        Assert.Equal(200, (await PostAsync("login", new { email = email.ToUpperInvariant(), password = Password })).Status);
        var (again, taken) = await PostAsync("register", new { email = email.ToLowerInvariant(), password = "something else" });
        Assert.Equal((409, "email_taken"), (again, Code(taken)));
        Assert.Equal(401, (await PostAsync("login", new { email, password = "something else" })).Status);
    }

    [Theory]
    [InlineData("1234567")]
    [InlineData("ngắn")]
    [InlineData("Password123")]
    [InlineData("matkhau123")]
    [InlineData("        a")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("Weak@Example.com")]
    [InlineData("weak2024!")]
    [InlineData("Sunshine2024!")]
    [InlineData("QWERTYasdf12")]
    public async Task Weak_passwords_are_refused(string password)
    {
        var (status, body) = await PostAsync("register", new { email = "weak@example.com", password });
        Assert.Equal((400, "invalid_request"), (status, Code(body)));
        Assert.True(body.GetProperty("errors").TryGetProperty("password", out _));
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM users WHERE email_key = $1", "weak@example.com"));
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_successor_after_it()
    {
        var first = await RegisterAsync();
        var second = await RefreshAsync(first);
        Assert.NotEqual(Token(first), Token(second));
        var third = await RefreshAsync(second);
        Assert.Equal((await MeAsync(first)).GetProperty("id").GetGuid(), (await MeAsync(third)).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Two_tabs_that_refresh_at_once_get_the_same_successor()
    {
        var first = await RegisterAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(first)));
        var successor = Assert.Single(answers.Select(Token).Distinct());
        host.Server.Db.ClockSkew += TimeSpan.FromSeconds(29);
        Assert.Equal(successor, Token(await RefreshAsync(first)));
        await RefreshAsync(answers[0]);
    }

    [Fact]
    public async Task A_stolen_token_ends_the_session_for_the_thief_and_the_owner()
    {
        var stolen = await RegisterAsync();
        var owner = await RefreshAsync(stolen);
        host.Server.Db.ClockSkew += TimeSpan.FromSeconds(31);
        await RefusedAsync(stolen);
        await RefusedAsync(owner);
        // Nothing brings it back.
        await RefusedAsync(stolen);
    }

    [Fact]
    public async Task A_thief_who_is_first_does_not_stay()
    {
        var owner = await RegisterAsync();
        var thief = await RefreshAsync(owner);
        var further = await RefreshAsync(thief);
        // Two rotations behind is no second tab, however soon it comes.
        await RefusedAsync(owner);
        await RefusedAsync(further);
    }

    [Fact]
    public async Task Other_sessions_of_the_account_go_on_after_a_theft()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var stolen = (await PostAsync("register", new { email, password = Password })).Body;
        var other = (await PostAsync("login", new { email, password = Password })).Body;
        await RefreshAsync(await RefreshAsync(stolen));
        await RefusedAsync(stolen);
        await RefreshAsync(other);
    }

    [Fact]
    public async Task A_session_ends_after_thirty_days_without_use()
    {
        var first = await RegisterAsync();
        host.Server.Db.ClockSkew += TimeSpan.FromDays(29);
        var second = await RefreshAsync(first);
        host.Server.Db.ClockSkew += TimeSpan.FromDays(29);
        var third = await RefreshAsync(second);
        host.Server.Db.ClockSkew += TimeSpan.FromDays(30);
        await RefusedAsync(third);
    }

    [Fact]
    public async Task A_session_ends_after_ninety_days_however_much_it_is_used()
    {
        var last = await RegisterAsync();
        for (var day = 20; day < 90; day += 20)
        {
            host.Server.Db.ClockSkew += TimeSpan.FromDays(20);
            last = await RefreshAsync(last);
        }

        Assert.InRange(last.GetProperty("refreshExpiresIn").GetInt32(), 9.9 * 86400, 10 * 86400);
        host.Server.Db.ClockSkew += TimeSpan.FromDays(10);
        await RefusedAsync(last);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_with_any_of_its_tokens_and_may_be_repeated()
    {
        var first = await RegisterAsync();
        var second = await RefreshAsync(first);
        Assert.Equal(204, (await PostAsync("logout", new { refreshToken = Token(first) })).Status);
        await RefusedAsync(second);
        Assert.Equal(204, (await PostAsync("logout", new { refreshToken = Token(first) })).Status);
        Assert.Equal(204, (await PostAsync("logout", new { refreshToken = "hr_nonsense" })).Status);
        Assert.Equal(1,
            await CountAsync("SELECT COUNT(*) FROM audit_log WHERE action = 'signed_out' AND actor = $1",
            $"user:{(await MeAsync(first)).GetProperty("id").GetString()}"));
    }

    [Fact]
    public async Task Forged_refresh_tokens_are_refused_and_end_nobodys_session()
    {
        var real = await RegisterAsync();
        var token = Token(real);
        foreach (var forged in new[] { "x", "hr_", token[..^1], token + "A", token[3..], "hr_" + new string('A', token.Length - 3),
            token[..30] + (token[30] == 'A' ? 'B' : 'A') + token[31..],
            token[..^5] + (token[^5] == 'A' ? 'B' : 'A') + token[^4..], "hr_" + new string('!', token.Length - 3) })
        {
            await RefusedAsync(forged);
            Assert.Equal(204, (await PostAsync("logout", new { refreshToken = forged })).Status);
        }

        await RefreshAsync(real);
    }

    [Fact]
    public async Task A_closed_account_cannot_refresh()
    {
        var first = await RegisterAsync();
        var id = (await MeAsync(first)).GetProperty("id").GetGuid();
        await host.Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET active = $2 WHERE id = $1", id, false));
        await RefusedAsync(first);
    }

    [Fact]
    public async Task No_token_is_in_the_database()
    {
        var first = await RegisterAsync();
        await RefreshAsync(first);
        var rows = await host.Server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT * FROM sessions", r => string.Join('|', Enumerable.Range(0, 7).Select(r.Any))));
        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, r => r.Contains(Token(first)[3..40], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_block_an_account_or_an_email_without_one_alike_and_for_longer_each_time()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await PostAsync("register", new { email, password = Password });
        foreach (var who in new[] { email, $"{Guid.CreateVersion7():N}@example.com" })
        {
            // As many as make the wait longer than any pause of the machine.
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal(401, (await PostAsync("login", new { email = who, password = "wrong" })).Status);
                host.Server.Db.ClockSkew += TimeSpan.FromSeconds(i < 9 ? 16 : 0);
            }

            // Even the right password waits, and waiting is no failure.
            using var blocked = await host.Server.Guest.PostAsJsonAsync("/api/v1/auth/login",
                new { email = who.ToUpperInvariant(), password = Password });
            Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
            Assert.Equal("too_many_attempts", Code(await blocked.Content.ReadFromJsonAsync<JsonElement>()));
            Assert.InRange(blocked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 32);

            host.Server.Db.ClockSkew += TimeSpan.FromSeconds(32);
            Assert.Equal(401, (await PostAsync("login", new { email = who, password = "wrong" })).Status);
            using var longer = await host.Server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email = who, password = Password });
            Assert.InRange(longer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 33, 64);
        }

        host.Server.Db.ClockSkew += TimeSpan.FromSeconds(64);
        Assert.Equal(200, (await PostAsync("login", new { email, password = Password })).Status);
        // The count began again.
        Assert.Equal(401, (await PostAsync("login", new { email, password = "wrong" })).Status);
        Assert.Equal(200, (await PostAsync("login", new { email, password = Password })).Status);
    }

    [Fact]
    public async Task Guesses_at_once_are_counted_each()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync("login", new { email, password = "wrong" })));
        Assert.InRange(answers.Count(a => a.Status == 401), 5, 7);
        Assert.All(answers.Where(a => a.Status != 401), a => Assert.Equal(429, a.Status));
    }

    [Fact]
    public async Task What_has_run_out_is_removed()
    {
        await RegisterAsync();
        await PostAsync("login", new { email = $"{Guid.CreateVersion7():N}@example.com", password = "wrong" });
        await PostAsync("forgot-password", new { email = $"{Guid.CreateVersion7():N}@example.com" });
        host.Server.Db.ClockSkew += TimeSpan.FromDays(31);
        await Until.TrueAsync("nothing of it is left", async () =>
        {
            // The server sweeps, too, and may not be done yet.
            await host.Server.Get<IdentitySweep>().SweepOnceAsync();
            return await CountAsync("SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM sign_in_attempts) "
                + "+ (SELECT COUNT(*) FROM one_time_links)") == 0;
        });
    }

    private async Task<JsonElement> RegisterAsync() =>
        (await PostAsync("register", new { email = $"{Guid.CreateVersion7():N}@example.com", password = Password })).Body;

    private async Task<JsonElement> RefreshAsync(JsonElement signedIn)
    {
        var (status, body) = await PostAsync("refresh", new { refreshToken = Token(signedIn) });
        Assert.True(status == 200, body.ToString());
        return body;
    }

    private Task RefusedAsync(JsonElement signedIn) => RefusedAsync(Token(signedIn));

    private async Task RefusedAsync(string token)
    {
        var (status, body) = await PostAsync("refresh", new { refreshToken = token });
        Assert.Equal((401, "invalid_refresh_token"), (status, Code(body)));
    }

    private async Task<(int Status, JsonElement Body)> PostAsync(string what, object body)
    {
        using var answer = await host.Server.Guest.PostAsJsonAsync($"/api/v1/auth/{what}", body);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private Task<JsonElement> MeAsync(JsonElement signedIn) => host.Server.Client(signedIn.GetProperty("accessToken").GetString())
        .GetFromJsonAsync<JsonElement>("/api/v1/auth/me");

    private Task<long> CountAsync(string sql, params object?[] args) =>
        host.Server.Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0), args));

    private static string Token(JsonElement signedIn) => signedIn.GetProperty("refreshToken").GetString()!;

    private static string? Code(JsonElement problem) => problem.GetProperty("code").GetString();
}

public sealed class Session_on_sqlite(SqliteHost host) : SessionTests(host), IClassFixture<SqliteHost>;

public sealed class Session_on_postgresql(PostgresHost host) : SessionTests(host), IClassFixture<PostgresHost>;
