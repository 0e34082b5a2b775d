using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>
/// Access tokens that end before their time, at every process within five seconds. Each process has checked the token before, and believes
/// it; the route asks for nothing but a token that is good.
/// </summary>
[Slow]
public abstract class EndedTokenTests(TwoServers servers)
{
    private const string Password = "một mật khẩu dài";
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);

    private TestServer[] Both => [servers.First, servers.Second];

    [Fact]
    public async Task Disabled_staff_are_out_everywhere()
    {
        var (account, token) = await MakeAsync(Role.Staff);
        Assert.NotNull(await Both[0].Get<AccountStore>().SetActiveAsync(account.Email, active: false));
        await EndsAsync(token);

        // Enabled again they sign in; tokens that are out stay dead.
        await Both[1].Get<AccountStore>().SetActiveAsync(account.Email, active: true);
        var fresh = await TokenAsync(await PostAsync(Both[0].Guest, "login", new { email = account.Email, password = Password }));
        await GoodAsync(fresh);
        Assert.All(await StatusesAsync(token), s => Assert.Equal(401, s));
    }

    [Fact]
    public async Task What_the_database_said_is_believed_for_less_than_the_promised_time()
    {
        var time = new Clock();
        var ended = new EndedTokens(Both[0].Db, time);
        Assert.False(ended.IsUpToDate);
        await ended.RefreshAsync();
        Assert.True(ended.IsUpToDate);
        time.Now += Promised - TimeSpan.FromSeconds(1);
        Assert.False(ended.IsUpToDate);
    }

    [Fact]
    public async Task A_changed_password_ends_all_tokens_but_the_one_that_comes_with_it()
    {
        var (_, token) = await MakeAsync(Role.Customer);
        var fresh = await TokenAsync(
            await PostAsync(Both[1].Client(token), "password", new { currentPassword = Password, newPassword = "mưa rào tháng bảy" }));
        await EndsAsync(token);
        await GoodAsync(fresh);
    }

    [Fact]
    public async Task A_password_that_was_reset_by_mail_ends_them_too()
    {
        var (account, token) = await MakeAsync(Role.Admin);
        var link = OneTimeLinks.NewToken();
        await Both[0].Db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            OneTimeLinks.Add(batch, link, OneTimeLinks.ResetPassword, account.Id, await tx.NowAsync());
            await batch.RunAsync();
        });
        using var reset = await PostAsync(Both[0].Guest, "reset-password", new { token = link, password = "mưa rào tháng bảy" });
        Assert.Equal(204, (int)reset.StatusCode);
        await EndsAsync(token);
    }

    [Fact]
    public async Task A_closed_account_has_no_tokens()
    {
        var (_, token) = await MakeAsync(Role.Customer);
        using var request = new HttpRequestMessage(HttpMethod.Delete,
            "/api/v1/auth/me")
        { Content = JsonContent.Create(new { password = Password }) };
        using var closed = await Both[1].Client(token).SendAsync(request);
        Assert.Equal(204, (int)closed.StatusCode);
        await EndsAsync(token);
    }

    [Fact]
    public async Task The_command_of_another_process_counts_as_well_and_nobody_else_is_concerned()
    {
        var ((account, token), (_, others)) = (await MakeAsync(Role.Staff), await MakeAsync(Role.Staff));
        var (code, output) = await ServerProcess.RunAsync(["user", "disable", account.Email], Both[0].Database.Url);
        Assert.True(code == 0, output);
        await EndsAsync(token);
        await GoodAsync(others);
    }

    [Fact]
    public async Task A_session_that_goes_on_after_that_has_no_token_of_before()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        using var registered = await PostAsync(Both[0].Guest, "register", new { email, password = Password });
        var refreshToken = (await registered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refreshToken").GetString();
        var id = (await Both[0].Get<AccountStore>().FindByEmailAsync(email))!.Value.Account.Id;
        await Both[0].Db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            EndedTokens.End(batch, id, await tx.NowAsync());
            await batch.RunAsync();
        });
        await GoodAsync(await TokenAsync(await PostAsync(Both[1].Guest, "refresh", new { refreshToken })));
    }

    private async Task<(Account Account, string Token)> MakeAsync(Role role)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var account = (await Both[0].Get<AccountStore>()
            .CreateAsync(role, email, null, Password, role == Role.Staff ? [Guid.CreateVersion7()] : [])).Value;
        var token = await TokenAsync(await PostAsync(Both[0].Guest, "login", new { email, password = Password }));
        await GoodAsync(token);
        return (account, token);
    }

    private async Task EndsAsync(string token)
    {
        await using var machine = Lateness.Watch();
        await Until.TrueAsync("the token has ended at both", async () => (await StatusesAsync(token)).TrueForAll(s => s == 401));
        machine.Within(Promised);
    }

    private async Task GoodAsync(string token) => Assert.All(await StatusesAsync(token), s => Assert.Equal(200, s));

    private async Task<List<int>> StatusesAsync(string token)
    {
        var statuses = new List<int>();
        foreach (var server in Both)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stores");
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await server.Guest.SendAsync(request);
            statuses.Add((int)answer.StatusCode);
        }

        return statuses;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body) =>
        client.PostAsJsonAsync($"/api/v1/auth/{path}", body);

    private static async Task<string> TokenAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
        }
    }
}

public sealed class EndedToken_on_sqlite(TwoSqliteServers servers) : EndedTokenTests(servers), IClassFixture<TwoSqliteServers>;

public sealed class EndedToken_on_postgresql(TwoPostgresServers servers) : EndedTokenTests(servers), IClassFixture<TwoPostgresServers>;
