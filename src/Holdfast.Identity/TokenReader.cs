using System.Buffers.Text;
using System.Text.Json;
using Holdfast.Platform.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Identity;

/// <summary>
/// Makes and reads access tokens: JWTs (RFC 7519) signed with ES256, good for 15 minutes. What a token says holds until it expires: a change of
/// role or stores counts from the next sign-in on.
/// </summary>
internal sealed class TokenReader(SigningKeys keys, TimeProvider time) : ITokenReader
{
    /// <summary>Of a token; a longer one is refused unread. A staff member of 50 stores has about 2,700.</summary>
    public const int MaxLength = 8 * 1024;

    public const string Issuer = "holdfast";
    public const string Audience = "holdfast-api";
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>How far the clocks of two processes may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength };
    private readonly TokenCache _cache = new(capacity: 20_000);

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
            iat = now,
            nbf = now,
            exp = now + (long)Lifetime.TotalSeconds,
        }));
    }

    public ValueTask<Caller?> ReadAsync(string token) => new(Read(token));

    private Caller? Read(string token)
    {
        if (token.Length is 0 or > MaxLength)
        {
            return null;
        }

        var now = time.GetUtcNow().UtcDateTime;
        if (_cache.Find(token, now) is { } known)
        {
            return known;
        }

        if (!HasOurHeader(token))
        {
            return null;
        }

        var result = _handler.ValidateToken(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            IssuerSigningKey = keys.Key,
            CryptoProviderFactory = keys.Key.CryptoProviderFactory,
            LifetimeValidator = (notBefore, expires, _, _) => expires > now && !(notBefore > now + Skew),
        });
        if (!result.IsValid || ToCaller((JsonWebToken)result.SecurityToken) is not { } caller)
        {
            return null;
        }

        _cache.Add(token, caller, ((JsonWebToken)result.SecurityToken).ValidTo, now);
        return caller;
    }

    /// <summary>
    /// Looks at the header before the library does, which takes any algorithm that fits the key, and parses both parts without a bound of their
    /// depth: three parts, shallow JSON, ES256, our key, no critical extensions.
    /// </summary>
    private bool HasOurHeader(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !parts.All(p => Base64Url.IsValid(p)))
        {
            return false;
        }

        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]), Shallow);
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), Shallow);
            return header.RootElement.ValueKind == JsonValueKind.Object && payload.RootElement.ValueKind == JsonValueKind.Object
                && Is(header.RootElement, "alg", SigningKeys.Algorithm) && Is(header.RootElement, "kid", keys.Public.Kid)
                && !header.RootElement.TryGetProperty("crit", out _);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Is(JsonElement header, string name, string value) =>
        header.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.ValueEquals(value);

    /// <summary>Only we sign, so a claim that is not as we write it is a bug of ours; it lets nobody in.</summary>
    private static Caller? ToCaller(JsonWebToken token) =>
        Guid.TryParseExact(token.Subject, "D", out var id) && token.TryGetPayloadValue<string>("role", out var role) && Account.TryRole(role, out var parsed)
        && token.TryGetPayloadValue<string>("email", out var email) && token.TryGetPayloadValue<string[]>("stores", out var stores)
            ? new Caller(id, parsed, email, token.TryGetPayloadValue<string?>("name", out var name) ? name : null, stores.Select(Guid.Parse).ToHashSet())
            : null;
}
