using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.ApiKeys;
using Holdfast.Identity.External;
using Holdfast.Identity.SignIn;
using Holdfast.Identity.SigningKeys;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Routing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Identity.Tokens;

/// <summary>
/// Makes and reads access tokens: JWTs (RFC 7519) signed with ES256, good for 15 minutes. What a token says holds until it expires: a
/// change of role or stores counts from the next refresh on. It ends before where <see cref="EndedTokens"/> says so. Tokens of an outside
/// issuer are read, too, where the settings name one.
/// </summary>
internal sealed class TokenReader(SigningKeyRing keys, TimeProvider time, ExternalIssuer? outside = null,
    ExternalAccounts? outsiders = null,
    ApiKeyReader? apiKeys = null, EndedTokens? ended = null) : ITokenReader
{
    /// <summary>
    /// The longest token that is read. A token with <see cref="Account.MaxStores"/> stores and the longest name and email is shorter.
    /// </summary>
    public const int MaxLength = 8 * 1024;

    public const string Issuer = "holdfast";
    public const string Audience = "holdfast-api";
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>How far the clocks of two processes may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // Letters as they are: as \u escapes the names of this country would be twice as long.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength };
    // 16 MB, for some 13,000 customers at once.
    private readonly TokenCache _cache = new(maxCharacters: 8 * 1024 * 1024);

    public string Make(Account account)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return keys.Sign(JsonSerializer.Serialize(new
        {
            iss = Issuer,
            aud = Audience,
            sub = account.Id,
            role = account.Role.ToString().ToLowerInvariant(),
            email = account.Email,
            name = account.Name,
            stores = account.Stores,
            gen = account.TokenGeneration,
            iat = now,
            nbf = now,
            exp = now + (long)Lifetime.TotalSeconds,
        }, Plain));
    }

    public ValueTask<Caller?> ReadAsync(string token)
    {
        if (token.Length is 0 or > MaxLength)
        {
            return default;
        }

        if (apiKeys is not null && token.StartsWith(ApiKeyReader.Prefix, StringComparison.Ordinal))
        {
            return apiKeys.ReadAsync(token);
        }

        var now = time.GetUtcNow().UtcDateTime;
        var known = _cache.Find(token, now);
        return known is { } k && (ended is null || (ended.IsUpToDate && !ended.Has(k.Caller.Subject, k.Generation))) ? new(k.Caller)
            : ReadSlowlyAsync(token, known, now);
    }

    private async ValueTask<Caller?> ReadSlowlyAsync(string token, (Caller Caller, int Generation)? known, DateTime now)
    {
        if (ended is not null)
        {
            await ended.RefreshAsync();
        }

        return known is { } k && !IsEnded(k.Caller, k.Generation) ? k.Caller : await CheckAsync(token, now);
    }

    private bool IsEnded(Caller caller, int generation) => ended?.Has(caller.Subject, generation) == true;

    private async ValueTask<Caller?> CheckAsync(string token, DateTime now)
    {
        if (Parse(token) is not { } parsed)
        {
            return null;
        }

        if (outside?.Issued(parsed.Payload) == true)
        {
            return await FromOutsideAsync(token, parsed, now);
        }

        if (Text(parsed.Header, "alg") != SigningKeyRing.Algorithm || parsed.Header.TryGetProperty("crit", out _)
            || Text(parsed.Header, "kid") is not { } kid || await keys.FindAsync(kid) is not { } key)
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            IssuerSigningKey = key,
            CryptoProviderFactory = key.CryptoProviderFactory,
            LifetimeValidator = (notBefore, expires, _, _) => expires > now && !(notBefore > now + Skew),
        });
        // Tokens of an older release do not name a generation: they are of the first.
        if (!result.IsValid || ToCaller((JsonWebToken)result.SecurityToken) is not { } caller
            || IsEnded(caller, ((JsonWebToken)result.SecurityToken).TryGetPayloadValue<int>("gen", out var generation) ? generation : 0))
        {
            return null;
        }

        _cache.Add(token, caller, generation, ((JsonWebToken)result.SecurityToken).ValidTo, now);
        return caller;
    }

    private async Task<Caller?> FromOutsideAsync(string token, TokenParts parsed, DateTime now)
    {
        if (await outside!.ReadAsync(parsed.Parts, parsed.Header, parsed.Payload, now) is not { } identity
            || await outsiders!.CallerAsync(identity) is not (var caller, var generation))
        {
            return null;
        }

        // Not longer than a token of ours: a closed account is noticed by then.
        _cache.Add(token, caller, generation, identity.Expires < now + Lifetime ? identity.Expires : now + Lifetime, now);
        return caller;
    }

    /// <summary>
    /// Looks before the library does, which takes any algorithm that fits the key, and parses both parts without a bound of their depth:
    /// three parts, shallow JSON objects.
    /// </summary>
    private static TokenParts? Parse(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !parts.All(p => Base64Url.IsValid(p)))
        {
            return null;
        }

        try
        {
            var header = JsonElement.Parse(Base64Url.DecodeFromChars(parts[0]), Shallow);
            var payload = JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]), Shallow);
            return header.ValueKind == JsonValueKind.Object && payload.ValueKind == JsonValueKind.Object
                ? new TokenParts(parts, header, payload) : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement header, string name) =>
        header.TryGetProperty(name, out var member) ? JsonBodyReader.StringOrNull(member) : null;

    /// <summary>Only we sign, so a claim that is not as we write it is a bug of ours; it lets nobody in.</summary>
    private static Caller? ToCaller(JsonWebToken token) =>
        Guid.TryParseExact(token.Subject, "D", out var id) && token.TryGetPayloadValue<string>("role", out var role)
        && Account.TryRole(role, out var parsed)
        && token.TryGetPayloadValue<string>("email", out var email) && token.TryGetPayloadValue<string[]>("stores", out var stores)
            ? new Caller(id, parsed, email, token.TryGetPayloadValue<string?>("name", out var name) ? name
            : null, stores.Select(Guid.Parse).ToHashSet())
            : null;

    private sealed record TokenParts(string[] Parts, JsonElement Header, JsonElement Payload);
}
