using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity;

/// <summary>Hashes and checks passwords with the framework's hasher: PBKDF2, HMAC-SHA512, 100,000 iterations, a salt per password.</summary>
public static class Passwords
{
    public const int MinLength = PasswordRules.MinLength;

    public const int MaxLength = PasswordRules.MaxLength;

    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object Nobody = new();

    // Made with the type, so that the first unknown email does not take twice as long as a known one.
    private static readonly string NobodysHash = Hash("nobody's password");

    public static string Hash(string password) => Hash(Hasher, password);

    internal static string Hash(PasswordHasher<object> hasher, string password) => hasher.HashPassword(Nobody, password);

    /// <summary>Whether the password is the hash's. Without a hash: failed, after the same work, so that time does not tell who has an account.</summary>
    internal static PasswordVerificationResult Verify(PasswordHasher<object> hasher, string? hash, string password)
    {
        var found = hasher.VerifyHashedPassword(Nobody, hash ?? NobodysHash, password);
        return hash is null ? PasswordVerificationResult.Failed : found;
    }
}
