using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Identity.Core;
using Holdfast.Platform.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// Hashes and checks passwords with the framework's hasher: PBKDF2, HMAC-SHA512, as many iterations as OWASP's Password Storage Cheat Sheet
/// asks for, a salt per password.
/// </summary>
public static class Passwords
{
    public const int MinLength = PasswordRules.MinLength;

    public const int MaxLength = PasswordRules.MaxLength;

    public const int Iterations = 220_000;

    /// <summary>The framework's format 3: a byte, then three numbers of four bytes each, of which the second is the iterations.</summary>
    private const int IterationsAt = 5;

    private static readonly object Nobody = new();

    internal static readonly PasswordHasher<object> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    // Made with the type, so that the first unknown email does not take twice as long as a known one.
    private static readonly string NobodysHash = Hash("nobody's password");

    public static string Hash(string password) => Hash(Hasher, password);

    /// <summary>Of the password in NFC: keyboards write one accented letter in several ways.</summary>
    internal static string Hash(PasswordHasher<object> hasher, string password) => hasher.HashPassword(Nobody, UnicodeText.Nfc(password));

    /// <summary>
    /// Whether the password is the hash's. Without a hash: failed, after the same work, so that time does not tell who has an account.
    /// </summary>
    internal static PasswordVerificationResult Verify(PasswordHasher<object> hasher, string? hash, string password)
    {
        var nfc = UnicodeText.Nfc(password);
        var found = hasher.VerifyHashedPassword(Nobody, hash ?? NobodysHash, nfc);
        // Older hashes are of the text as a keyboard wrote it. A hash that matches one of those forms is replaced.
        var older = ((string[])[password, UnicodeText.Nfd(password)]).Distinct().Where(form => form != nfc).ToList();
        if (found == PasswordVerificationResult.Failed
            && older.Exists(form => hasher.VerifyHashedPassword(Nobody, hash ?? NobodysHash, form) != PasswordVerificationResult.Failed))
        {
            found = PasswordVerificationResult.SuccessRehashNeeded;
        }

        if (found == PasswordVerificationResult.Failed && IterationsLacking(hash ?? NobodysHash) is > 0 and var lacking)
        {
            // An old hash is checked faster: that would tell that there is an account, and how old it is.
            Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(NobodysHash), lacking * (1 + older.Count),
                HashAlgorithmName.SHA512, 32);
        }

        return hash is null ? PasswordVerificationResult.Failed : found;
    }

    /// <summary>By how many iterations the hash is weaker than those made now.</summary>
    internal static int IterationsLacking(string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        return bytes.Length > IterationsAt + sizeof(int)
            ? Iterations - (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(IterationsAt)) : 0;
    }
}
