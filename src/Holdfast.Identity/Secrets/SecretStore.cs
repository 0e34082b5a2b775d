using Holdfast.Platform.Data;

namespace Holdfast.Identity.Secrets;

/// <summary>Secrets of the installation: made once, by whichever process comes first, and the same for all.</summary>
internal static class SecretStore
{
    private const string Columns = "SELECT name, value, sealed, created_at FROM secrets";

    internal sealed record Secret(string Name, byte[] Value, bool Sealed, DateTime CreatedAt);

    private static readonly Func<Row, Secret> Map = r => new Secret(r.Text(0), r.Bytes(1), r.Bool(2), r.Time(3));

    public static async Task<byte[]> GetOrCreateAsync(Db db, SecretBox box, string name, Func<byte[]> make)
    {
        const string select = $"{Columns} WHERE name = $1";
        var known = await db.ReadAsync(s => s.FirstAsync(select, Map, name))
            ?? await db.WriteAsync(async tx =>
            {
                await AddAsync(tx, box, name, make(), await tx.NowAsync());
                return (await tx.FirstAsync(select, Map, name))!;
            });
        return Open(box, known);
    }

    /// <summary>Adds a secret unless there is one of this name.</summary>
    public static Task AddAsync(Tx tx, SecretBox box, string name, byte[] value, DateTime now) => tx.ExecuteAsync(
        "INSERT INTO secrets (name, value, sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING", name, box.HasKey
        ? box.Seal(name, value) : value, box.HasKey, now);

    /// <summary>Returns the secrets whose name has this prefix, decrypted, the oldest first; and the database's clock.</summary>
    public static Task<(IReadOnlyList<Secret> Secrets, DateTime Now)> ListAsync(Db db, SecretBox box, string prefix) =>
        db.ReadAsync<(IReadOnlyList<Secret>, DateTime)>(async s =>
    {
        var batch = s.Batch();
        var rows = batch.Query($"{Columns} WHERE name LIKE $1 ORDER BY created_at, name", Map, $"{prefix}%");
        var now = batch.Now();
        await batch.RunAsync();
        return (rows.Rows.ConvertAll(r => r with { Value = Open(box, r) }), now.First);
    });

    /// <summary>
    /// Checks that the key opens what is encrypted, and encrypts the rest. A wrong or missing key throws <see cref="StartupException"/>.
    /// </summary>
    public static async Task SealAllAsync(Db db, SecretBox box)
    {
        var all = await db.ReadAsync(s => s.QueryAsync(Columns, Map));
        foreach (var secret in all)
        {
            Open(box, secret);
        }

        var open = box.HasKey ? all.Where(s => !s.Sealed).ToList() : [];
        if (open.Count > 0)
        {
            await db.WriteAsync(async tx =>
            {
                foreach (var secret in open)
                {
                    await tx.ExecuteAsync("UPDATE secrets SET value = $2, sealed = $3 WHERE name = $1 AND sealed = $4", secret.Name,
                        box.Seal(secret.Name, secret.Value), true, false);
                }
            });
        }
    }

    /// <summary>Encrypts all secrets again with the key of the box, on the caller's transaction. Returns their number.</summary>
    public static async Task<int> ResealAsync(Tx tx, SecretBox box)
    {
        var all = await tx.QueryAsync($"{Columns} ORDER BY name {{lock}}", Map);
        var batch = tx.Batch();
        foreach (var secret in all)
        {
            batch.Execute("UPDATE secrets SET value = $2, sealed = $3 WHERE name = $1", secret.Name,
                box.Seal(secret.Name, Open(box, secret)), true);
        }

        await batch.RunAsync();
        return all.Count;
    }

    private static byte[] Open(SecretBox box, Secret secret) => secret.Sealed ? box.Open(secret.Name, secret.Value) : secret.Value;
}
