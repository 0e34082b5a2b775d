
namespace Holdfast.Identity.External;

/// <summary>An OpenID Connect issuer whose access tokens are accepted besides our own.</summary>
/// <param name="Issuer">The <c>iss</c> of its tokens, exactly.</param>
/// <param name="Audience">What their <c>aud</c> must hold.</param>
/// <param name="Jwks">Its keys: an http or https URL, or a file's path.</param>
/// <param name="RoleClaim">The claim with the role (a word or a list of words; dots lead inwards), or null: everybody is a
/// customer.</param>
public sealed record OidcOptions(string Issuer, string Audience, string Jwks, string? RoleClaim);
