using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Data;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Identity;

/// <summary>A public key as <c>/.well-known/jwks.json</c> shows it (RFC 7517, 6.2.1 of RFC 7518).</summary>
internal sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);

/// <summary>
/// The ES256 key of the installation: made by the first process, kept in the database, so that a token of one process is good at all others
/// and after a restart. Its <c>kid</c> is the key's thumbprint (RFC 7638).
/// </summary>
internal sealed class SigningKeys
{
    public const string Algorithm = "ES256";

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = TokenReader.MaxLength };
    private SigningCredentials? _credentials;
    private PublicKey? _public;

    public PublicKey Public => _public ?? throw NotLoaded();

    /// <summary>The key that signatures are checked with. Checking and signing may go on at once: each makes an OpenSSL context of its own.</summary>
    public SecurityKey Key => _credentials?.Key ?? throw NotLoaded();

    public string Sign(string payload) => _handler.CreateToken(payload, _credentials ?? throw NotLoaded());

    public async Task LoadAsync(Db db)
    {
        var pkcs8 = await Secrets.GetOrCreateAsync(db, "token-signing-key-1", Make).ConfigureAwait(false);
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        _public = Describe(ecdsa.ExportParameters(includePrivateParameters: false).Q);
        _credentials = new SigningCredentials(WithoutCache(new ECDsaSecurityKey(ecdsa) { KeyId = _public.Kid }), Algorithm);
    }

    /// <summary>
    /// This version of the library caches signature providers by key id in a static: two keys of the same id in one process would pass for each
    /// other. Without the cache each check makes its own, which costs microseconds.
    /// </summary>
    public static SecurityKey WithoutCache(SecurityKey key)
    {
        key.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
        return key;
    }

    public static PublicKey Describe(ECPoint q)
    {
        var (x, y) = (Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y));
        var thumbprint = SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""));
        return new PublicKey("EC", "P-256", x, y, Base64Url.EncodeToString(thumbprint), "sig", Algorithm);
    }

    private static byte[] Make()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return ecdsa.ExportPkcs8PrivateKey();
    }

    private static InvalidOperationException NotLoaded() => new("not loaded: run IdentityModule.PrepareAsync at start");
}
