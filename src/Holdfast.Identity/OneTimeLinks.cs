using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>Tokens that are mailed: 32 random bytes, of which the database knows the SHA-256. Taking one uses it up.</summary>
internal static class OneTimeLinks
{
    public const string ResetPassword = "reset-password";
    public const string VerifyEmail = "verify-email";

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Notes a token for a user, or for nobody; forgets what has run out.</summary>
    public static void Add(StatementBatch batch, string token, string purpose, Guid? userId, DateTime now)
    {
        batch.Execute("DELETE FROM one_time_links WHERE expires_at < $1", now);
        batch.Execute("INSERT INTO one_time_links (hash, purpose, user_id, created_at, expires_at) VALUES ($1, $2, $3{as uuid}, $4, $5)", Hash(token), purpose, userId, now, now + Lifetime);
    }

    /// <summary>Whose token it is; null when it is none, or was used, or is too old. It is used up with the caller's transaction.</summary>
    public static async Task<Guid?> TakeAsync(Tx tx, string token, string purpose, DateTime now) =>
        (await tx.QueryAsync("DELETE FROM one_time_links WHERE hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id", r => r.UuidOrNull(0), Hash(token), purpose, now)
            .ConfigureAwait(false)).FirstOrDefault();

    public static void ForgetAll(StatementBatch batch, Guid userId) => batch.Execute("DELETE FROM one_time_links WHERE user_id = $1", userId);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
