using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>Finds customers by what somebody typed.</summary>
public static class CustomerSearch
{
    // The key of somebody whom an outside issuer vouches for is not their email.
    /// <summary>The ids of at most so many customers whose email begins with the text or whose name has it in it.</summary>
    public static async Task<Guid[]> FindAsync(Session session, string text, int limit)
    {
        var pattern = text.ToLowerInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        return [.. await session.QueryAsync("SELECT id FROM users WHERE role IN ('guest', 'customer') AND (email_key LIKE $1 ESCAPE '\\' OR lower(email) LIKE $1 ESCAPE '\\' OR lower(name) LIKE $2 ESCAPE '\\') "
            + $"ORDER BY id LIMIT {limit}", r => r.Uuid(0), $"{pattern}%", $"%{pattern}%").ConfigureAwait(false)];
    }
}
