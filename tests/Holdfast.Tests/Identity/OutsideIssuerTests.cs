using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Identity.External;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Identity;

/// <summary>Tokens of an OpenID Connect issuer that the tests are themselves, with keys in a file and behind a URL.</summary>
public abstract partial class OutsideIssuerTests(Backend backend) : IAsyncLifetime
{
    private const string Issuer = "https://id.example.com/realms/shop";
    private const string Audience = "shop-api";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("holdfast-jwks-").FullName, "jwks.json");
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_file, Jwks(Key("rsa-1", _rsa), Key("ec-1", _ecdsa)));
        _server = await TestServer.StartAsync(await TestDb.CreateAsync(backend),
            settings: new Settings { Oidc = new OidcOptions(Issuer, Audience, _file, "realm_access.roles") });
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
        _rsa.Dispose();
        _ecdsa.Dispose();
    }

    [Fact]
    public async Task Its_subject_is_a_customer_of_ours_the_same_one_each_time()
    {
        var first = await MeAsync(Rs256(Payload("alice", """, "email": "Alice@Example.com", "name": "Alice" """)));
        Assert.Equal(("customer", "Alice@Example.com", "Alice"),
            (first.GetProperty("role").GetString(), first.GetProperty("email").GetString(), first.GetProperty("name").GetString()));
        var second = await MeAsync(Es256(Payload("alice", """, "email": "Alice@Example.com", "name": "Alice" """)));
        Assert.Equal(first.GetProperty("id").GetGuid(), second.GetProperty("id").GetGuid());
        Assert.NotEqual(first.GetProperty("id").GetGuid(), (await MeAsync(Rs256(Payload("bob")))).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task An_account_of_ours_with_the_same_email_is_somebody_else()
    {
        using var registered = await _server.Guest.PostAsJsonAsync("/api/v1/auth/register",
            new { email = "carol@example.com", password = "a good password" });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        var ours = await MeAsync((await registered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!);
        var theirs = await MeAsync(Rs256(Payload("carol", """, "email": "carol@example.com" """)));
        Assert.NotEqual(ours.GetProperty("id").GetGuid(), theirs.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_mailed_link_proves_the_address_that_it_went_to_and_no_later_one()
    {
        var shop = await Shop.CreateAsync(_server.Db, 10);
        var body = shop.Body();
        body["customer"] = new System.Text.Json.Nodes.JsonObject { ["email"] = "victim@example.com" };
        Assert.Equal(201, (await shop.OrderAsync(_server.Guest, body)).Status);

        // My mailbox's link, and then the issuer says that my address is somebody else's.
        var mine = Rs256(Payload("mallory", """, "email": "mallory@example.com" """));
        Assert.Equal(202, (int)(await _server.Client(mine).PostAsJsonAsync("/api/v1/auth/verify-email/send", new { })).StatusCode);
        var theirs = await MeAsync(Rs256(Payload("mallory", """, "email": "victim@example.com" """)));
        Assert.Equal("victim@example.com", theirs.GetProperty("email").GetString());
        var token = await LinkAsync("mallory@example.com");
        using var taken = await _server.Client(Rs256(Payload("mallory", """, "email": "victim@example.com" """)))
            .PostAsJsonAsync("/api/v1/auth/verify-email", new { token });
        Assert.Equal((422, "invalid_link"),
            ((int)taken.StatusCode, (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM orders o JOIN users u ON u.id = o.customer_id WHERE u.role = 'guest'"));
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM users WHERE email_proved_at IS NOT NULL"));

        // With the first address again it is good; and what it proved is not proved of another.
        await MeAsync(Rs256(Payload("mallory", """, "email": "Mallory@example.com" """)));
        using var proved = await _server.Client(Rs256(Payload("mallory", """, "email": "Mallory@example.com" """)))
            .PostAsJsonAsync("/api/v1/auth/verify-email", new { token });
        Assert.Equal((200, 0),
            ((int)proved.StatusCode, (await proved.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("joinedOrders").GetInt32()));
        Assert.Equal(JsonValueKind.String,
            (await MeAsync(Rs256(Payload("mallory", """, "email": "Mallory@example.com", "name": "M" """)))).GetProperty("emailProvedAt")
            .ValueKind);
        Assert.Equal(JsonValueKind.Null,
            (await MeAsync(Rs256(Payload("mallory", """, "email": "victim@example.com", "name": "V" """)))).GetProperty("emailProvedAt")
            .ValueKind);
        // The name by which they are found is the new one, too.
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM users WHERE name = 'V' AND name_folded = 'v'"));
    }

    [Fact]
    public async Task An_account_without_an_email_has_no_mailbox_to_prove()
    {
        using var answer = await _server.Client(Rs256(Payload("nora"))).PostAsJsonAsync("/api/v1/auth/verify-email/send", new { });
        Assert.Equal((409, "no_email"),
            ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task The_claim_gives_the_role_and_takes_it_away()
    {
        var store = Guid.CreateVersion7();
        var staff = await MeAsync(
            Rs256(Payload("dan", $$""", "realm_access": {"roles": ["offline", "staff"]}, "stores": ["{{store}}"] """)));
        Assert.Equal(("staff", store), (staff.GetProperty("role").GetString(), staff.GetProperty("stores")[0].GetGuid()));
        var admin = await MeAsync(Rs256(Payload("dan", """, "realm_access": {"roles": ["staff", "admin"]} """)));
        Assert.Equal(("admin", 0), (admin.GetProperty("role").GetString(), admin.GetProperty("stores").GetArrayLength()));
        Assert.Equal(1,
            await _server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM audit_log WHERE action = 'role_changed' AND resource = $1", r => r.Long(0),
            admin.GetProperty("id").GetString())));
        Assert.Equal("customer", (await MeAsync(Rs256(Payload("dan")))).GetProperty("role").GetString());
        Assert.Equal("customer",
            (await MeAsync(Rs256(Payload("dan", """, "role": "admin", "roles": ["admin"], "realm_access": "admin" """)))).GetProperty(
            "role").GetString());
    }

    [Fact]
    public async Task Tokens_that_are_not_right_are_refused()
    {
        using var other = RSA.Create(2048);
        var payload = Payload("eve");
        var publicKey = _rsa.ExportSubjectPublicKeyInfoPem();
        string Hs256(string secret)
        {
            var signed = $"{Encode("""{"alg":"HS256","kid":"rsa-1"}""")}.{Encode(payload)}";
            var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
            return $"{signed}.{Base64Url.EncodeToString(hash)}";
        }

        var bad = new Dictionary<string, string>
        {
            ["alg none"] = $"{Encode("""{"alg":"none","kid":"rsa-1"}""")}.{Encode(payload)}.",
            ["alg none, signed"] = $"{Encode("""{"alg":"none","kid":"rsa-1"}""")}.{Encode(payload)}.{Rs256(payload).Split('.')[2]}",
            ["HS256 under the public key"] = Hs256(publicKey),
            ["HS256 under nothing"] = Hs256(""),
            ["another key"] = Sign(other, """{"alg":"RS256","kid":"rsa-1"}""", payload),
            ["ES256 said of an RSA key"] = Sign(_rsa, """{"alg":"ES256","kid":"rsa-1"}""", payload),
            ["RS256 said of an EC key"] = Es256(payload, """{"alg":"RS256","kid":"ec-1"}"""),
            ["PS256"] = Sign(_rsa, """{"alg":"PS256","kid":"rsa-1"}""", payload),
            ["unknown key"] = Sign(_rsa, """{"alg":"RS256","kid":"rsa-2"}""", payload),
            ["no key id"] = Sign(_rsa, """{"alg":"RS256"}""", payload),
            ["critical extension"] = Sign(_rsa, """{"alg":"RS256","kid":"rsa-1","crit":["b64"]}""", payload),
            ["wrong audience"] = Rs256(Payload("eve", aud: "\"somebody\"")),
            ["no audience"] = Rs256(Payload("eve", aud: "null")),
            ["wrong issuer"] = Rs256(Payload("eve", iss: "https://id.example.com")),
            ["our own issuer"] = Rs256(Payload("eve", iss: "holdfast", aud: "\"holdfast-api\"")),
            ["expired"] = Rs256(Payload("eve", expires: -1)),
            ["not yet"] = Rs256(Payload("eve", notBefore: 120)),
            ["no subject"] = Rs256(Payload("")),
            ["no signature"] = string.Join('.', Rs256(payload).Split('.')[..2]) + ".",
            ["changed"] = $"{Rs256(payload).Split('.')[0]}.{Encode(Payload("mallory"))}.{Rs256(payload).Split('.')[2]}",
        };
        foreach (var (what, token) in bad)
        {
            using var answer = await _server.Client(token).GetAsync("/api/v1/auth/me");
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"passed: {what}");
        }

        // It was not the form that was refused.
        await MeAsync(Rs256(payload));
        await MeAsync(Rs256(Payload("eve", aud: $"[\"x\",\"{Audience}\"]")));
    }

    [Fact]
    public async Task Tokens_whose_texts_are_no_Unicode_are_refused_or_say_less_and_break_nothing()
    {
        var header = """{"alg":"ES256","kid":"ec-1"}""";
        var payload = Payload("gil",
            ""","email":"g@example.com","name":"G","realm_access":{"roles":["staff"]},"stores":["01900000-0000-7000-8000-0000000000aa"]""");
        var tokens = Tokens.Spoilt(header).Select(h => (h, payload)).Concat(Tokens.Spoilt(payload).Select(p => (header, p))).ToList();
        Assert.True(tokens.Count > 60);
        foreach (var (h, p) in tokens)
        {
            using var answer = await _server.Client(Tokens.SignRaw(_ecdsa, h, p)).GetAsync("/api/v1/auth/me");
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized, $"{answer.StatusCode}: {h} {p}");
        }

        Assert.Equal("gil",
            await _server.Db.ReadAsync(s => s.FirstAsync("SELECT MAX(subject) FROM users WHERE subject IS NOT NULL", r => r.Text(0))));
    }

    [Fact]
    public async Task A_key_whose_texts_are_no_Unicode_is_passed_over()
    {
        await File.WriteAllTextAsync(_file,
            Jwks(Key("rsa-1", _rsa), """{"kty":"\ud800","kid":"\ud800"}""", """{"kty":"RSA","kid":"x","n":"\ud800","e":"AQAB"}"""));
        await MeAsync(Rs256(Payload("hal")));
    }

    [Fact]
    public async Task A_closed_account_stays_out()
    {
        var id = (await MeAsync(Rs256(Payload("frank")))).GetProperty("id").GetGuid();
        await _server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET active = $2 WHERE id = $1", id, false));
        using var answer = await _server.Client(Rs256(Payload("frank", """, "name": "F" """))).GetAsync("/api/v1/auth/me");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""", "email": "victim@example.com" """)]
    public async Task Closing_an_account_takes_no_mails_to_others(string claim)
    {
        var shop = await Shop.CreateAsync(_server.Db, 10);
        await shop.OrderAsync(_server.Guest);
        using var registered = await _server.Guest.PostAsJsonAsync("/api/v1/auth/register",
            new { email = "victim@example.com", password = "a good password" });
        using var forgot = await _server.Guest.PostAsJsonAsync("/api/v1/auth/forgot-password", new { email = "victim@example.com" });
        await Until.TrueAsync("both mails wait", async () => await MailsAsync() == 2);
        await CloseAsync(Rs256(Payload("grace", claim)));
        Assert.Equal(2, await MailsAsync());

        Task<long> MailsAsync() => _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM mails", r => r.Long(0)));
    }

    [Fact]
    public async Task Keys_behind_a_url_are_read_when_they_are_needed()
    {
        var reads = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var web = builder.Build();
        web.Urls.Add("http://127.0.0.1:0");
        web.MapGet("/jwks", () =>
        {
            Interlocked.Increment(ref reads);
            return Results.Text(Jwks(Key("rsa-1", _rsa)), "application/json");
        });
        await web.StartAsync();
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(backend),
            settings: new Settings { Oidc = new OidcOptions(Issuer, Audience, $"{web.Urls.First()}/jwks", null) });
        Assert.Equal(0, reads);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => server.Client(Rs256(Payload($"user {i}", """, "role": "admin" """)))
            .GetFromJsonAsync<JsonElement>("/api/v1/auth/me")));
        Assert.Equal(1, reads);
        Assert.All(answers, a => Assert.Equal("customer", a.GetProperty("role").GetString()));

        // Tokens with keys that nobody has do not make a request each.
        for (var i = 0; i < 5; i++)
        {
            using var answer = await server.Client(Sign(_rsa, $$"""{"alg":"RS256","kid":"none-{{i}}"}""", Payload("x")))
                .GetAsync("/api/v1/auth/me");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.InRange(reads, 1, 2);
        await web.StopAsync();
    }

    private async Task<string> LinkAsync(string email)
    {
        var text = (await _server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT text FROM mails WHERE recipient = $1 ORDER BY id DESC LIMIT 1", r => r.Text(0), email)))!;
        return Uri.UnescapeDataString(text[(text.IndexOf("token=", StringComparison.Ordinal) + 6)..].Split('\n', ' ', '\r')[0]);
    }

    private Task<long> CountAsync(string sql) => _server.Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0)));

    private async Task<JsonElement> MeAsync(string token)
    {
        using var answer = await _server.Client(token).GetAsync("/api/v1/auth/me");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task CloseAsync(string token)
    {
        await MeAsync(token);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { }) };
        using var answer = await _server.Client(token).SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }

    private static string Payload(string subject, string more = "", string iss = Issuer, string aud = $"\"{Audience}\"", int expires = 300,
        int notBefore = 0, int issued = 0)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return $$"""{"iss":"{{iss}}","aud":{{aud}},"sub":"{{subject}}","iat":{{now + issued}},"nbf":{{now + notBefore}},"exp":{{now + expires}}{{more}}}""";
    }

    private string Rs256(string payload) => Sign(_rsa, """{"alg":"RS256","kid":"rsa-1","typ":"JWT"}""", payload);

    private string Es256(string payload, string header = """{"alg":"ES256","kid":"ec-1"}""") => Tokens.Sign(_ecdsa, header, payload);

    private static string Sign(RSA key, string header, string payload)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Tokens.Encode(json);

    private static string Jwks(params string[] keys) =>
        $$"""{"keys":[{{string.Join(',', keys)}},{"kty":"oct","kid":"hs","k":"AAAA"},{"kty":"RSA","kid":"enc","use":"enc"}]}""";

    private static string Key(string kid, RSA key)
    {
        var p = key.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{kid}}","use":"sig","alg":"RS256","n":"{{Base64Url.EncodeToString(p.Modulus)}}","e":"{{Base64Url.EncodeToString(p.Exponent)}}"}""";
    }

    private static string Key(string kid, ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""";
    }
}

public sealed class OutsideIssuer_on_sqlite() : OutsideIssuerTests(Backend.Sqlite);

public sealed class OutsideIssuer_on_postgresql() : OutsideIssuerTests(Backend.Postgres);
