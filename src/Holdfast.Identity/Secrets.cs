using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>Secrets of the installation: made once, by whichever process comes first, and the same for all.</summary>
internal static class Secrets
{
    public static async Task<byte[]> GetOrCreateAsync(Db db, string name, Func<byte[]> make)
    {
        const string select = "SELECT value FROM secrets WHERE name = $1";
        if (await db.ReadAsync(s => s.FirstAsync(select, r => r.Bytes(0), name)).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        return await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync().ConfigureAwait(false);
            await tx.ExecuteAsync("INSERT INTO secrets (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING", name, make(), now)
                .ConfigureAwait(false);
            return (await tx.FirstAsync(select, r => r.Bytes(0), name).ConfigureAwait(false))!;
        }).ConfigureAwait(false);
    }
}
