using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Holdfast.Tests.Fixtures;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Identity;

public abstract class SignInTests(TestHost host)
{
    private const string Password = " cà phê sữa đá ";

    [Fact]
    public async Task Signs_in_with_any_case_of_the_email_and_says_who_one_is()
    {
        var store = Guid.CreateVersion7();
        var (email, account) = await MakeAsync(Role.Staff, store);
        using var answer = await LoginAsync(email.ToUpperInvariant(), Password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>());
        Assert.Equal("Bearer", token.GetProperty("tokenType").GetString());
        Assert.Equal(900, token.GetProperty("expiresIn").GetInt32());

        var me = await host.Server.Client(token.GetProperty("accessToken").GetString()).GetFromJsonAsync<JsonElement>("/api/v1/auth/me");
        Assert.Equal(account.Id, me.GetProperty("id").GetGuid());
        Assert.Equal("staff", me.GetProperty("role").GetString());
        Assert.Equal(email, me.GetProperty("email").GetString());
        Assert.Equal(store, Assert.Single(me.GetProperty("stores").EnumerateArray()).GetGuid());
    }

    [Fact]
    public async Task A_token_carries_role_email_name_and_stores_to_the_use_cases()
    {
        var stores = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7()).ToArray();
        var (_, account) = await MakeAsync(Role.Service, stores);
        var caller = await host.Server.Get<TokenReader>().ReadAsync(host.Server.Get<TokenReader>().Make(account));
        Assert.NotNull(caller);
        Assert.Equal((account.Id, Role.Service, account.Email, account.Name), (caller.Subject, caller.Role, caller.Email, caller.Name));
        Assert.True(caller.Stores.SetEquals(stores));
    }

    [Fact]
    public async Task Unknown_email_wrong_password_and_closed_account_get_the_same_answer_after_the_same_work()
    {
        var hasher = new CountingHasher();
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(host.Backend),
            s => s.AddSingleton<PasswordHasher<object>>(hasher));
        var (email, _) = await MakeAsync(server, Role.Customer);
        var (closed, closedAccount) = await MakeAsync(server, Role.Customer);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET active = $2 WHERE id = $1", closedAccount.Id, false));
        var bodies = new List<string>();
        foreach (var (who, password) in new[] { (email, "wrong password"), (email, Password.Trim()), ("nobody@example.com", Password),
            ("no address", Password), (closed, Password) })
        {
            var before = hasher.Checks;
            using var answer = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email = who, password });
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            // Two where a letter has two forms: older hashes are of either.
            Assert.Equal(UnicodeText.Nfd(password) == password ? 1 : 2, hasher.Checks - before);
            // Each request has a trace id of its own.
            var problem = (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateObject().Where(m => m.Name != "traceId");
            bodies.Add(string.Join(',', problem.Select(m => $"{m.Name}: {m.Value.GetRawText()}")));
        }

        Assert.Contains("invalid_credentials", Assert.Single(bodies.Distinct()), StringComparison.Ordinal);

        // An account that is blocked costs no work at all, whatever the password.
        for (var i = 0; i < 6; i++)
        {
            using var wrong = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password = "wrong password" });
            server.Db.ClockSkew += TimeSpan.FromSeconds(i < 5 ? 60 : 0);
        }

        var done = hasher.Checks;
        using var blocked = await server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password = Password });
        Assert.Equal((HttpStatusCode.TooManyRequests, done), (blocked.StatusCode, hasher.Checks));
    }

    [Fact]
    public async Task The_first_admin_is_made_once_and_keeps_their_password()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await host.Server.Get<AccountStore>().EnsureAdminAsync(email, Password);
        await host.Server.Get<AccountStore>().EnsureAdminAsync(email.ToUpperInvariant(), "another password");
        using var first = await LoginAsync(email, Password);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await LoginAsync(email, "another password");
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Fact]
    public async Task Bad_bodies_are_refused()
    {
        foreach (var (body, code) in new[] { ("{}", "invalid_request"), ("""{"email":"a@b.vn"}""", "invalid_request"),
            ("""{"email":1,"password":"x"}""", "invalid_request"),
            ("""{"email":"a@b.vn","password":"x","role":"admin"}""", "unknown_field"),
                ("""{"email":"a@b.vn","password":"\ud800"}""", "invalid_request"), ("[", "invalid_json") })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await host.Server.Guest.PostAsync("/api/v1/auth/login", content);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Others_can_check_our_tokens_with_the_public_key()
    {
        var (email, _) = await MakeAsync(Role.Customer);
        using var answer = await LoginAsync(email, Password);
        var parts = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!.Split('.');
        var header = JsonDocument.Parse(Tokens.Decode(parts[0])).RootElement;

        var jwks = await host.Server.Guest.GetFromJsonAsync<JsonElement>("/.well-known/jwks.json");
        var key = jwks.GetProperty("keys").EnumerateArray()
            .Single(k => k.GetProperty("kid").GetString() == header.GetProperty("kid").GetString());
        Assert.Equal(("EC", "P-256", "ES256", "sig"),
            (key.GetProperty("kty").GetString(), key.GetProperty("crv").GetString(), key.GetProperty("alg").GetString(),
            key.GetProperty("use").GetString()));
        Assert.False(key.TryGetProperty("d", out _));
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Tokens.Decode(key.GetProperty("x").GetString()!), Y = Tokens.Decode(key.GetProperty("y").GetString()!) },
        });
        Assert.True(ecdsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Tokens.Decode(parts[2]), HashAlgorithmName.SHA256));
    }

    [Fact]
    public async Task Signing_in_leaves_no_token_and_no_password_behind()
    {
        var (email, _) = await MakeAsync(Role.Customer);
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/api/v1/auth/login")
        { Content = JsonContent.Create(new { email, password = Password }) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await host.Server.Guest.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM idempotency_keys", r => r.Long(0))));
        Assert.Equal(0,
            await host.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM users WHERE password_hash LIKE $1", r => r.Long(0), $"%{Password.Trim()}%")));
    }

    private Task<HttpResponseMessage> LoginAsync(string email, string password) =>
        host.Server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password });

    private Task<(string Email, Account Account)> MakeAsync(Role role, params Guid[] stores) => MakeAsync(host.Server, role, stores);

    private static async Task<(string Email, Account Account)> MakeAsync(TestServer server, Role role, params Guid[] stores)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        return (email, (await server.Get<AccountStore>().CreateAsync(role, email, "Ánh \"A\" Nguyễn", Password, stores)).Value);
    }

    /// <summary>Counts what takes the time.</summary>
    private sealed class CountingHasher : PasswordHasher<object>
    {
        private int _checks;

        public int Checks => _checks;

        public override PasswordVerificationResult VerifyHashedPassword(object user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref _checks);
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}

public sealed class SignIn_on_sqlite(SqliteHost host) : SignInTests(host), IClassFixture<SqliteHost>;

public sealed class SignIn_on_postgresql(PostgresHost host) : SignInTests(host), IClassFixture<PostgresHost>;
