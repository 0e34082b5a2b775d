namespace Holdfast.Identity;

/// <summary>
/// What a new password must not be. NIST SP 800-63B, 5.1.1.2: at least 8 characters, no rules about which, but not one that everybody tries.
/// </summary>
public static class PasswordRules
{
    /// <summary>Characters.</summary>
    public const int MinLength = 8;

    public const int MaxLength = 256;

    /// <summary>The most common ones of 8 and more characters in published leaks, and those of this country.</summary>
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "password1", "password12", "password123", "passw0rd", "p@ssword", "p@ssw0rd", "12345678", "123456789", "1234567890", "0123456789", "87654321",
        "987654321", "0987654321", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "qwertyui", "qwertyuiop", "qwerty12", "qwerty123", "qwerty1234", "asdfghjk", "asdfghjkl", "zxcvbnm1",
        "abcd1234", "abc12345", "abcdefgh", "a1234567", "a12345678", "aa123456", "aa12345678", "iloveyou", "sunshine", "princess", "football", "baseball", "superman", "starwars",
        "whatever", "trustno1", "jennifer", "michelle", "computer", "internet", "corvette", "mercedes", "welcome1", "welcome123", "changeme", "letmein1", "admin123", "admin1234",
        "administrator", "dragon123", "monkey123", "shadow123", "master123", "matkhau1", "matkhau123", "anhyeuem", "emyeuanh", "vietnam1", "vietnam123", "hanoi123", "saigon123",
        "khongbiet", "123123123", "12341234", "11223344", "1122334455", "147258369", "159753456", "102030405060", "qazwsxedc", "q1w2e3r4", "pass1234", "test1234", "user1234",
    };

    /// <summary>What is wrong with the password of the account with this email, as the rest of a sentence; or null.</summary>
    public static string? Fault(string password, string email)
    {
        var bare = password.Trim();
        return password.Length < MinLength ? $"must have at least {MinLength} characters"
            : password.Length > MaxLength ? $"must have at most {MaxLength} characters"
            : Common.Contains(bare) || bare.Distinct().Count() < 3 ? "is one of the most common passwords"
            : string.Equals(bare, email.Trim(), StringComparison.OrdinalIgnoreCase) ? "must not be the email"
            : null;
    }
}
