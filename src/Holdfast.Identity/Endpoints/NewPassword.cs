using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Endpoints;

/// <summary>Writes a new password of an account. All sessions and links that were made before it end.</summary>
internal static class NewPassword
{
    /// <returns>The generation that tokens of the account are of from now on.</returns>
    public static async Task<int> WriteAsync(Tx tx, Guid userId, string hash, DateTime now)
    {
        var batch = tx.Batch();
        batch.Execute("UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1", userId, hash, now);
        var generation = EndedTokens.End(batch, userId, now);
        SignInSessions.EndAll(batch, userId, now);
        OneTimeLinks.ForgetAll(batch, userId);
        await batch.RunAsync();
        return generation.First;
    }
}
