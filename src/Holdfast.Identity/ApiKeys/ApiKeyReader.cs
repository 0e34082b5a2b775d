using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.ApiKeys;

/// <summary>
/// Reads API keys: <c>hk_</c> and 32 random bytes. The caller is a service with stores and scopes. What the database said is believed for
/// three seconds, so a revoked key is refused at all processes within five.
/// </summary>
internal sealed class ApiKeyReader(Db db, TimeProvider time)
{
    public const string Prefix = "hk_";

    private const int MaxKnown = 10_000;
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, (Caller? Caller, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public async ValueTask<Caller?> ReadAsync(string key)
    {
        var hash = Hash(key);
        var name = Convert.ToHexString(hash);
        var now = time.GetUtcNow();
        if (_known.TryGetValue(name, out var known) && known.Until > now)
        {
            return known.Caller;
        }

        var caller = await LoadAsync(hash);
        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        _known[name] = (caller, now + Believed);
        return caller;
    }

    private async Task<Caller?> LoadAsync(byte[] hash)
    {
        var (found, today) = await db.ReadAsync(async s =>
        {
            var batch = s.Batch();
            var rows = batch.Query($"SELECT {ApiKeyTable.Columns} FROM api_keys WHERE hash = $1 AND revoked_at IS NULL",
                ApiKeyTable.Map, hash);
            var now = batch.Now();
            await batch.RunAsync();
            return (rows.First, now.First.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        });
        if (found is null)
        {
            return null;
        }

        if (found.LastUsedOn != today)
        {
            await db.WriteAsync(tx => tx.ExecuteAsync("UPDATE api_keys SET last_used_on = $2 WHERE id = $1", found.Id, today));
        }

        return new Caller(found.Id, Role.Service, null, found.Name,
            found.StoreIds.ToHashSet())
        { Scopes = found.Scopes.ToHashSet(StringComparer.Ordinal) };
    }
}
