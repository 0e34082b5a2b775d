using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity;

/// <summary>Hashes and checks passwords with the framework's hasher: PBKDF2, HMAC-SHA512, 100,000 iterations, a salt per password.</summary>
public static class Passwords
{
    /// <summary>NIST SP 800-63B, 5.1.1.2: at least 8 characters, no rules about which.</summary>
    public const int MinLength = 8;

    public const int MaxLength = 256;

    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object Nobody = new();
    private static readonly Lazy<string> NobodysHash = new(() => Hash("nobody's password"));

    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <summary>Whether the password is the hash's. Without a hash: false, after the same work, so that time does not tell who has an account.</summary>
    public static bool Verify(string? hash, string password) =>
        Hasher.VerifyHashedPassword(Nobody, hash ?? NobodysHash.Value, password) != PasswordVerificationResult.Failed && hash is not null;
}
