using System.Diagnostics;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity.External;

/// <summary>
/// Checks tokens of the outside issuer: RS256 or ES256 under one of its published keys, as the key and not the token says, and issuer,
/// audience and times. The keys are read when a token needs one that is not known, and every ten minutes.
/// </summary>
internal sealed class ExternalIssuer(OidcOptions options, ILogger<ExternalIssuer> log) : IDisposable
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
    private volatile IReadOnlyList<ExternalKey> _keys = [];
    private long _readAt;

    public bool Issued(JsonElement payload) => Text(payload, "iss") == options.Issuer;

    /// <summary>Returns the identity, or null.</summary>
    /// <param name="parts">Header, payload and signature, base64url; <paramref name="header"/> and <paramref name="payload"/> are the first
    /// two.</param>
    public async Task<ExternalIdentity?> ReadAsync(string[] parts, JsonElement header, JsonElement payload, DateTime now)
    {
        if (Text(header, "alg") is not ("RS256" or "ES256") || header.TryGetProperty("crit", out _))
        {
            return null;
        }

        var kid = Text(header, "kid");
        return await FindAsync(kid) is { } key && key.Verifies(Text(header, "alg")!, parts) ? ToIdentity(payload, now)
            : null;
    }

    public void Dispose()
    {
        _http.Dispose();
        _reading.Dispose();
    }

    private async Task<ExternalKey?> FindAsync(string? kid)
    {
        var age = Stopwatch.GetElapsedTime(Interlocked.Read(ref _readAt));
        if ((Find(kid) is null ? age >= SeekEvery : age >= RefreshEvery) && await _reading.WaitAsync(TimeSpan.FromSeconds(6)))
        {
            try
            {
                // Whoever waited here for another's reading does not read again.
                if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _readAt)) >= SeekEvery)
                {
                    await LoadAsync();
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
    private ExternalKey? Find(string? kid) => kid is null ? (_keys.Count == 1 ? _keys[0] : null) : _keys.FirstOrDefault(k => k.Id == kid);

    private async Task LoadAsync()
    {
        try
        {
            var isUrl = options.Jwks.StartsWith("http://", StringComparison.Ordinal)
                || options.Jwks.StartsWith("https://", StringComparison.Ordinal);
            var json = isUrl ? await _http.GetByteArrayAsync(new Uri(options.Jwks))
                : await File.ReadAllBytesAsync(options.Jwks);
            var keys = ExternalKey.ReadAll(json);
            _keys = keys.Count > 0 ? keys : _keys;
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or UnauthorizedAccessException or JsonException or OperationCanceledException)
        {
            log.LogWarning("OIDC_JWKS: the keys of the outside issuer could not be read ({Reason}); those that are known go on", e.Message);
        }
    }

    private ExternalIdentity? ToIdentity(JsonElement payload, DateTime now)
    {
        if (!HasAudience(payload) || Text(payload, "sub") is not { Length: > 0 and <= 255 } subject || !JsonBodyReader.IsClean(subject)
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
        var name = Text(payload, "name") is { Length: > 0 and <= 200 } shown && JsonBodyReader.IsClean(shown) ? UnicodeText.Nfc(shown)
            : null;
        return new ExternalIdentity(options.Issuer, subject, role, email, name, stores, expires, Time(payload, "iat"));
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

        return element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().Select(JsonBodyReader.StringOrNull).OfType<string>()]
            : JsonBodyReader.StringOrNull(element) is { } word ? [word] : [];
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) ? JsonBodyReader.StringOrNull(member) : null;

    private static DateTime? Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var seconds)
        && seconds is > 0 and < 32_503_680_000
            ? DateTime.UnixEpoch.AddSeconds(seconds) : null;
}
