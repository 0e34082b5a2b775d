using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Links;

/// <summary>Tokens that are mailed: 32 random bytes. The database stores their SHA-256. Using a token deletes it.</summary>
internal static class OneTimeLinks
{
    public const string ResetPassword = "reset-password";
    public const string VerifyEmail = "verify-email";
    public const string ChangeEmail = "change-email";

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A link that was used up.</summary>
    /// <param name="EmailKey">The mailbox that it was sent to, where it is to prove that.</param>
    /// <param name="Email">The email, as it was typed, that it is to make the account's.</param>
    public sealed record Taken(Guid UserId, string? EmailKey, string? Email);

    /// <summary>Stores a token for a user, or for nobody, and deletes expired tokens.</summary>
    /// <param name="email">The email that becomes the account's.</param>
    /// <param name="proves">The key of the email that the token is sent to, where whoever has the token proves that.</param>
    public static void Add(StatementBatch batch, string token, string purpose, Guid? userId, DateTime now, string? proves = null,
        string? email = null)
    {
        batch.Execute("DELETE FROM one_time_links WHERE expires_at < $1", now);
        batch.Execute("INSERT INTO one_time_links (hash, purpose, user_id, created_at, expires_at, email_key, email) VALUES ($1, $2, "
            + "$3{as uuid}, $4, $5, $6{as text}, $7{as text})",
            Hash(token), purpose, userId, now, now + Lifetime, proves, email);
    }

    /// <summary>
    /// Returns the owner of the token, and what it proves; null if it is unknown, used, or too old. The token is used up in the caller's
    /// transaction.
    /// </summary>
    public static async Task<Taken?> TakeAsync(Tx tx, string token, string purpose, DateTime now) =>
        (await tx.QueryAsync("DELETE FROM one_time_links WHERE hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id, "
            + "email_key, email",
            r => r.UuidOrNull(0) is { } user ? new Taken(user, r.TextOrNull(1), r.TextOrNull(2))
            : null, Hash(token), purpose, now)).FirstOrDefault();

    /// <summary>Returns the owner of the token without using it up; null as for <see cref="TakeAsync"/>.</summary>
    public static Task<Guid?> OwnerAsync(Db db, string token, string purpose) => db.ReadAsync(async s =>
    {
        var batch = s.Batch();
        var now = batch.Now();
        var links = batch.Query("SELECT user_id, expires_at FROM one_time_links WHERE hash = $1 AND purpose = $2",
            r => (User: r.UuidOrNull(0), Expires: r.Time(1)), Hash(token), purpose);
        await batch.RunAsync();
        return links.Rows is [var link] && link.Expires > now.First ? link.User : null;
    });

    public static void ForgetAll(StatementBatch batch, Guid userId) =>
        batch.Execute("DELETE FROM one_time_links WHERE user_id = $1", userId);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
