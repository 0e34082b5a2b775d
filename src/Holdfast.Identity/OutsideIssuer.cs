using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Platform;
using Holdfast.Platform.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity;

/// <summary>An OpenID Connect issuer whose access tokens are accepted besides our own.</summary>
/// <param name="Issuer">The <c>iss</c> of its tokens, exactly.</param>
/// <param name="Audience">What their <c>aud</c> must hold.</param>
/// <param name="Jwks">Its keys: an http or https URL, or a file's path.</param>
/// <param name="RoleClaim">The claim with the role (a word or a list of words; dots lead inwards), or null: everybody is a
/// customer.</param>
public sealed record OidcOptions(string Issuer, string Audience, string Jwks, string? RoleClaim);

/// <summary>What an outside token says about its bearer.</summary>
/// <param name="IssuedAt">Null where it does not say.</param>
internal sealed record OutsideIdentity(string Issuer, string Subject, Role Role, string? Email, string? Name, IReadOnlyList<Guid> Stores,
    DateTime Expires, DateTime? IssuedAt);

/// <summary>
/// Checks tokens of the outside issuer: RS256 or ES256 under one of its published keys, as the key and not the token says, and issuer,
/// audience and times. The keys are read when a token needs one that is not known, and every ten minutes.
/// </summary>
internal sealed class OutsideIssuer(OidcOptions options, ILogger<OutsideIssuer> log) : IDisposable
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SeekEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { UseProxy = true, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = 1 << 20
    };
    private readonly SemaphoreSlim _reading = new(1);
    private volatile IReadOnlyList<OutsideKey> _keys = [];
    private long _readAt;

    public bool Issued(JsonElement payload) => Text(payload, "iss") == options.Issuer;

    /// <summary>Who it is, or null.</summary>
    /// <param name="parts">Header, payload and signature, base64url; <paramref name="header"/> and <paramref name="payload"/> are the first
    /// two.</param>
    public async Task<OutsideIdentity?> ReadAsync(string[] parts, JsonElement header, JsonElement payload, DateTime now)
    {
        if (Text(header, "alg") is not ("RS256" or "ES256") || header.TryGetProperty("crit", out _))
        {
            return null;
        }

        var kid = Text(header, "kid");
        return await FindAsync(kid).ConfigureAwait(false) is { } key && key.Verifies(Text(header, "alg")!, parts) ? ToIdentity(payload, now)
            : null;
    }

    public void Dispose()
    {
        _http.Dispose();
        _reading.Dispose();
    }

    private async Task<OutsideKey?> FindAsync(string? kid)
    {
        var age = Stopwatch.GetElapsedTime(Interlocked.Read(ref _readAt));
        if ((Find(kid) is null ? age >= SeekEvery : age >= RefreshEvery) && await _reading.WaitAsync(TimeSpan.FromSeconds(6))
            .ConfigureAwait(false))
        {
            try
            {
                // Whoever waited here for another's reading does not read again.
                if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _readAt)) >= SeekEvery)
                {
                    await LoadAsync().ConfigureAwait(false);
                    Interlocked.Exchange(ref _readAt, Stopwatch.GetTimestamp());
                }
            }
            finally
            {
                _reading.Release();
            }
        }

        return Find(kid);
    }

    /// <summary>A token without a key id is checked with the only key there is.</summary>
    private OutsideKey? Find(string? kid) => kid is null ? (_keys.Count == 1 ? _keys[0] : null) : _keys.FirstOrDefault(k => k.Id == kid);

    private async Task LoadAsync()
    {
        try
        {
            var isUrl = options.Jwks.StartsWith("http://", StringComparison.Ordinal)
                || options.Jwks.StartsWith("https://", StringComparison.Ordinal);
            var json = isUrl ? await _http.GetByteArrayAsync(new Uri(options.Jwks)).ConfigureAwait(false)
                : await File.ReadAllBytesAsync(options.Jwks).ConfigureAwait(false);
            var keys = OutsideKey.ReadAll(json);
            _keys = keys.Count > 0 ? keys : _keys;
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or UnauthorizedAccessException or JsonException or OperationCanceledException)
        {
            log.LogWarning("OIDC_JWKS: the keys of the outside issuer could not be read ({Reason}); those that are known go on", e.Message);
        }
    }

    private OutsideIdentity? ToIdentity(JsonElement payload, DateTime now)
    {
        if (!HasAudience(payload) || Text(payload, "sub") is not { Length: > 0 and <= 255 } subject || !Fields.IsClean(subject)
            || Time(payload, "exp") is not { } expires || expires <= now || Time(payload, "nbf") > now + Skew)
        {
            return null;
        }

        var role = Role.Customer;
        foreach (var word in options.RoleClaim is { } claim ? Words(payload, claim) : [])
        {
            role = Account.TryRole(word, out var named) && named > role ? named : role;
        }

        var stores = role is Role.Staff or Role.Service
            ? Words(payload, "stores").Select(w => Guid.TryParseExact(w, "D", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)
            .Distinct().Order().ToArray() : [];
        var email = Text(payload, "email") is { } text && Emails.Key(text) is not null ? UnicodeText.Nfc(text.Trim()) : null;
        var name = Text(payload, "name") is { Length: > 0 and <= 200 } shown && Fields.IsClean(shown) ? UnicodeText.Nfc(shown) : null;
        return new OutsideIdentity(options.Issuer, subject, role, email, name, stores, expires, Time(payload, "iat"));
    }

    private bool HasAudience(JsonElement payload) => Words(payload, "aud").Contains(options.Audience, StringComparer.Ordinal);

    private static IEnumerable<string> Words(JsonElement payload, string path)
    {
        var element = payload;
        foreach (var name in payload.TryGetProperty(path, out _) ? [path] : path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return [];
            }
        }

        return element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().Select(Fields.StringOrNull).OfType<string>()]
            : Fields.StringOrNull(element) is { } word ? [word] : [];
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) ? Fields.StringOrNull(member) : null;

    private static DateTime? Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var seconds)
        && seconds is > 0 and < 32_503_680_000
            ? DateTime.UnixEpoch.AddSeconds(seconds) : null;
}

/// <summary>One public key of a JSON Web Key Set (RFC 7517): RSA of at least 2048 bits, or P-256.</summary>
internal sealed class OutsideKey
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private OutsideKey(string id, RSA? rsa, ECDsa? ecdsa) => (Id, _rsa, _ecdsa) = (id, rsa, ecdsa);

    public string Id { get; }

    /// <summary>Whether the signature is this key's, under the one algorithm that the key is for.</summary>
    public bool Verifies(string algorithm, string[] parts)
    {
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]);
        lock (this)
        {
            return algorithm == "RS256" && _rsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) == true
                || algorithm == "ES256" && _ecdsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256) == true;
        }
    }

    /// <summary>
    /// The keys for signatures; others, and what cannot be read, are passed over. Throws a <see cref="JsonException"/> at what is no key
    /// set.
    /// </summary>
    public static IReadOnlyList<OutsideKey> ReadAll(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("keys", out var keys)
            && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.Object).Select(Read).OfType<OutsideKey>()]
            : throw new JsonException("there is no list of keys");
    }

    private static OutsideKey? Read(JsonElement key)
    {
        string? Member(string name) => key.TryGetProperty(name, out var value) ? Fields.StringOrNull(value) : null;
        byte[] Bytes(string name) => System.Buffers.Text.Base64Url.DecodeFromChars(Member(name) ?? "");
        if (Member("use") is not (null or "sig"))
        {
            return null;
        }

        try
        {
            if (Member("kty") == "RSA" && Member("alg") is null or "RS256")
            {
                // What is not there or not text is empty, and the framework does not refuse that as it refuses other nonsense.
                var (n, e) = (Bytes("n"), Bytes("e"));
                if (n.Length == 0 || e.Length == 0)
                {
                    return null;
                }

                var rsa = RSA.Create(new RSAParameters { Modulus = n, Exponent = e });
                return rsa.KeySize >= 2048 ? new OutsideKey(Member("kid") ?? "", rsa, null) : null;
            }

            return Member("kty") == "EC" && Member("crv") == "P-256" && Member("alg") is null or "ES256"
                ? new OutsideKey(Member("kid") ?? "", null,
                ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } }))
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
