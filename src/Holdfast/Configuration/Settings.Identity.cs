using Holdfast.Identity.External;
using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;

namespace Holdfast.Configuration;

/// <summary>The settings of sign-in.</summary>
public sealed partial record Settings
{
    private static SecretBox CheckedKeys(IConfiguration source)
    {
        var (key, old) = (CheckedKey(source, "SECRETS_KEY"), CheckedKey(source, "SECRETS_KEY_OLD"));
        return old is null ? key ?? SecretBox.None
            : key?.After(old) ?? throw new StartupException("SECRETS_KEY_OLD: is the key before SECRETS_KEY, which must be set, too.");
    }

    // The value is not repeated in the message: it may be nearly the key.
    private static SecretBox? CheckedKey(IConfiguration source, string name) => Text(source, name) is not { } text ? null
        : SecretBox.Parse(text)
        ?? throw new StartupException($"{name}: must be 32 bytes in base64, such as openssl rand -base64 32 prints.");

    private static OidcOptions? CheckedOidc(IConfiguration source)
    {
        var (issuer, audience, jwks, claim) = (Text(source, "OIDC_ISSUER"), Text(source, "OIDC_AUDIENCE"), Text(source, "OIDC_JWKS"),
            Text(source, "OIDC_ROLE_CLAIM"));
        if (issuer is null && audience is null && jwks is null && claim is null)
        {
            return null;
        }

        if (issuer is null || audience is null || jwks is null)
        {
            throw new StartupException("OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS: set all three or none.");
        }

        var isUrl = jwks.Contains("://", StringComparison.Ordinal);
        return isUrl
            && !(Uri.TryCreate(jwks, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)))
            ? throw new StartupException(
            "OIDC_JWKS: must be a file, an https URL, or an http URL of this machine: whoever can change the keys can be anybody.")
            : !isUrl && !File.Exists(jwks) ? throw new StartupException($"OIDC_JWKS: there is no file {jwks}.")
            : issuer == "holdfast" ? throw new StartupException("OIDC_ISSUER: holdfast is our own name.")
            : new OidcOptions(issuer, audience, jwks, claim);
    }
}
