using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.SigningKeys;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>Tokens that must not pass, and those that must; without HTTP.</summary>
public sealed class TokenReaderTests(SqliteDatabase database) : IClassFixture<SqliteDatabase>
{
    private readonly Clock _clock = new();

    [Fact]
    public async Task A_token_made_by_hand_with_our_key_passes()
    {
        // Otherwise the refusals below would prove nothing.
        var (reader, keys, key) = await LoadAsync();
        var caller = await reader.ReadAsync(Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now)));
        Assert.Equal(Role.Admin, caller?.Role);
    }

    [Fact]
    public async Task Refuses_every_token_that_is_not_ours()
    {
        var (reader, keys, key) = await LoadAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var good = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now));
        var parts = good.Split('.');
        var deep = new string('[', 2000) + new string(']', 2000);
        var hmac = HMACSHA256.HashData(key.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes($"{Tokens.Encode(Tokens.Header(keys, "HS256"))}.{parts[1]}"));
        var own = System.Text.Json.JsonSerializer.Serialize(SigningKeyRing.Describe(other.ExportParameters(false).Q));
        var bad = new Dictionary<string, string>
        {
            ["empty"] = "",
            ["garbage"] = "garbage",
            ["dots"] = "..",
            ["not base64url"] = $"{parts[0]}.{parts[1]}.+/=?",
            ["alg none, no signature"] = $"{Tokens.Encode(Tokens.Header(keys, "none"))}.{parts[1]}.",
            ["alg none, our signature"] = $"{Tokens.Encode(Tokens.Header(keys, "none"))}.{parts[1]}.{parts[2]}",
            ["alg None"] = $"{Tokens.Encode(Tokens.Header(keys, "None"))}.{parts[1]}.",
            ["HS256 under the public key"] =
                $"{Tokens.Encode(Tokens.Header(keys, "HS256"))}.{parts[1]}.{System.Buffers.Text.Base64Url.EncodeToString(hmac)}",
            ["alg ES384"] = Tokens.Sign(key, Tokens.Header(keys, "ES384"), Tokens.Payload(_clock.Now)),
            ["alg twice"] = Tokens.Sign(key, Tokens.Header(keys, more: ",\"alg\":\"none\""), Tokens.Payload(_clock.Now)),
            ["another key"] = Tokens.Sign(other, Tokens.Header(keys), Tokens.Payload(_clock.Now)),
            ["another key with its own in the header"] = Tokens.Sign(other, Tokens.Header(keys, more: $",\"jwk\":{own}"),
                Tokens.Payload(_clock.Now)),
            ["no kid"] = Tokens.Sign(key, """{"alg":"ES256"}""", Tokens.Payload(_clock.Now)),
            ["kid of a file"] = Tokens.Sign(other, """{"alg":"ES256","kid":"../../../dev/null"}""", Tokens.Payload(_clock.Now)),
            ["kid of a statement"] = Tokens.Sign(other, """{"alg":"ES256","kid":"x' OR '1'='1"}""", Tokens.Payload(_clock.Now)),
            ["kid empty"] = Tokens.Sign(other, """{"alg":"ES256","kid":""}""", Tokens.Payload(_clock.Now)),
            ["kid no text"] = Tokens.Sign(other, """{"alg":"ES256","kid":["a"]}""", Tokens.Payload(_clock.Now)),
            ["kid of a secret that is no signing key"] = Tokens.Sign(other, """{"alg":"ES256","kid":"refresh-tokens"}""",
                Tokens.Payload(_clock.Now)),
            ["keys elsewhere"] = Tokens.Sign(other,
                Tokens.Header(keys, more: ",\"jku\":\"https://evil.example/jwks\",\"x5u\":\"https://evil.example/x\""),
                Tokens.Payload(_clock.Now)),
            ["critical extension"] = Tokens.Sign(key, Tokens.Header(keys, more: ",\"crit\":[\"b64\"]"), Tokens.Payload(_clock.Now)),
            ["no signature"] = $"{parts[0]}.{parts[1]}.",
            ["zero signature"] = $"{parts[0]}.{parts[1]}.{System.Buffers.Text.Base64Url.EncodeToString(new byte[64])}",
            ["short signature"] = $"{parts[0]}.{parts[1]}.{parts[2][..^8]}",
            ["another payload"] = $"{parts[0]}.{Tokens.Encode(Tokens.Payload(_clock.Now, more: ",\"x\":1"))}.{parts[2]}",
            ["five parts"] = $"{good}.a.b",
            ["expired"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, expires: -1)),
            ["not yet"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, notBefore: 60)),
            ["other audience"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, aud: "somebody-else")),
            ["other issuer"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, iss: "https://evil.example")),
            ["unknown role"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, role: "guest")),
            ["no claims"] = Tokens.Sign(key, Tokens.Header(keys), "{}"),
            ["no expiry"] = Tokens.Sign(key, Tokens.Header(keys),
                """{"iss":"holdfast","aud":"holdfast-api","sub":"01900000-0000-7000-8000-0000000000aa","role":"admin","email":"a","stores":[]}"""),
            ["payload no object"] = Tokens.Sign(key, Tokens.Header(keys), "[1]"),
            ["deep payload"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, more: $",\"x\":{deep}")),
            ["deep header"] = Tokens.Sign(key, Tokens.Header(keys, more: $",\"x\":{deep}"), Tokens.Payload(_clock.Now)),
            ["too long"] = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now, more: $",\"x\":\"{new string('x', 9000)}\"")),
        };
        foreach (var (what, token) in bad)
        {
            Assert.True(await reader.ReadAsync(token) is null, $"passed: {what}");
        }
    }

    [Fact]
    public async Task Tokens_whose_texts_are_no_Unicode_are_refused_and_break_nothing()
    {
        var (reader, keys, key) = await LoadAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (header, payload) = (Tokens.Header(keys), Tokens.Payload(_clock.Now));
        var tokens = Tokens.Spoilt(header).Select(h => (h, payload)).Concat(Tokens.Spoilt(payload).Select(p => (header, p))).ToList();
        Assert.True(tokens.Count > 60);
        foreach (var (h, p) in tokens)
        {
            Assert.True(await reader.ReadAsync(Tokens.SignRaw(other, h, p)) is null, $"passed: {h} {p}");
            // Only we sign, so whether one of ours passes does not matter; it must not throw.
            await reader.ReadAsync(Tokens.SignRaw(key, h, p));
        }
    }

    [Fact]
    public async Task A_checked_token_still_ends_when_it_expires()
    {
        var (reader, keys, key) = await LoadAsync();
        var token = Tokens.Sign(key, Tokens.Header(keys), Tokens.Payload(_clock.Now));
        Assert.NotNull(await reader.ReadAsync(token));
        _clock.Now += TimeSpan.FromSeconds(899);
        Assert.NotNull(await reader.ReadAsync(token));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await reader.ReadAsync(token));
    }

    [Fact]
    public async Task Two_installations_in_one_process_do_not_know_each_others_tokens()
    {
        await using var elsewhere = await TestDb.CreateAsync(Backend.Sqlite);
        var (here, hereKeys, _) = await LoadAsync();
        var there = new SigningKeyRing();
        await there.LoadAsync(elsewhere.Db);
        var account = new Account(Guid.CreateVersion7(), Role.Admin, "a@example.com", null, []);
        Assert.NotEqual(hereKeys.Public.Kid, there.Public.Kid);
        Assert.NotNull(await here.ReadAsync(here.Make(account)));
        Assert.Null(await here.ReadAsync(new TokenReader(there, _clock).Make(account)));

        // Not even when their keys claim the same id.
        using var key = await Tokens.PrivateKeyAsync(elsewhere.Db);
        Assert.Null(await here.ReadAsync(Tokens.Sign(key, Tokens.Header(hereKeys), Tokens.Payload(_clock.Now))));
    }

    [Fact]
    public async Task Checks_and_signs_on_many_threads_at_once()
    {
        var (reader, keys, key) = await LoadAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wrong = Tokens.Sign(other, Tokens.Header(keys), Tokens.Payload(_clock.Now));
        var fresh = new TokenReader(keys, _clock);
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var account = new Account(Guid.CreateVersion7(), Role.Customer, "a@example.com", null, []);
            var token = fresh.Make(account);
            Assert.Equal(account.Id, (await reader.ReadAsync(token))?.Subject);
            Assert.Null(await reader.ReadAsync(wrong));
        });
        Assert.NotNull(key);
    }

    [Fact]
    public void The_cache_is_bounded_and_forgets_the_expired_first()
    {
        var cache = new TokenCache(maxCharacters: 80);
        var now = _clock.Now.UtcDateTime;
        cache.Add("long", Caller.System, 0, now.AddHours(1), now);
        for (var i = 0; i < 100; i++)
        {
            cache.Add($"short {i}", Caller.System, 0, now.AddSeconds(1), now.AddSeconds(2 * i));
            Assert.Null(cache.Find($"short {i}", now.AddSeconds(1)));
        }

        Assert.NotNull(cache.Find("long", now));
        for (var i = 0; i < 1000; i++)
        {
            cache.Add($"good {i}", Caller.System, 0, now.AddHours(9), now);
        }

        Assert.InRange(Enumerable.Range(0, 1000).Count(i => cache.Find($"good {i}", now) is not null), 1, 10);
    }

    private async Task<(TokenReader Reader, SigningKeyRing Keys, ECDsa Key)> LoadAsync()
    {
        var keys = new SigningKeyRing();
        await keys.LoadAsync(database.Db);
        return (new TokenReader(keys, _clock), keys, await Tokens.PrivateKeyAsync(database.Db));
    }
}
