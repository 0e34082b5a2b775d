using System.Globalization;
using Holdfast.Platform.Caching.Local;
using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// The documents in Redis, under the keys of the key table. Dropping a name deletes its value, its lease and its token: a deleted lease
/// stops the writing of a document that was read before, and a value whose tag has no token, or another one, is invalid.
/// </summary>
internal sealed class RedisLevel(RedisLink link)
{
    /// <summary>Larger documents stay out of Redis.</summary>
    public const int MaxValueBytes = 1024 * 1024;

    private const int MaxNames = 5000;
    private const int NamesAtOnce = 300;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(5);

    public bool IsUsable => link.IsUsable;

    /// <summary>The hash that identifies the current run of Redis.</summary>
    public static RedisKey EpochKey(RedisLink link) => link.Key("cache:epoch");

    /// <summary>Returns the document, or a lease to write it. Anything that is not a whole document of ours is deleted.</summary>
    public async Task<RedisReading> LookAsync(string key, IReadOnlyCollection<string> tags, TimeSpan ttl)
    {
        var keys = Keys(key, tags);
        var looked = await AskAsync(key, keys, ttl, findNothing: false);
        return looked ?? await AskAsync(key, keys, ttl, findNothing: true) ?? default;
    }

    /// <summary>Writes the loaded document under the lease, unless the lease has become void.</summary>
    public async Task FillAsync(Lease lease, Document document, TimeSpan ttl)
    {
        if (document.Body.Length <= MaxValueBytes)
        {
            RedisValue[] values = [lease.Epoch, lease.Token, CacheEnvelope.Write(lease.Key, document, lease.Epoch, lease.Tokens),
                Milliseconds(ttl),
                .. lease.Tokens.Select(t => (RedisValue)t)];
            await link.UseAsync(db => db.ScriptEvaluateAsync(RedisScripts.Fill, lease.Keys, values), RedisLink.WritePatience);
        }
    }

    /// <summary>
    /// Drops the names and tells every process. The command is sent before the method first yields, so that whatever this process reads
    /// later comes after it. Returns false if it is not certain that Redis has done it; the circuit is then open.
    /// </summary>
    public async Task<bool> DropAsync(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
        {
            return true;
        }

        if (!link.TakesDrops)
        {
            return false;
        }

        var isAll = names.Count > MaxNames || names.Contains(Platform.Data.InvalidatedKeys.Everything);
        var sent = (isAll ? [[Platform.Data.InvalidatedKeys.Everything]] : names.Chunk(NamesAtOnce)).Select(some =>
            link.DropAsync(RedisScripts.Drop, [EpochKey(link), .. some.SelectMany(n => new[] { link.Key(n), LeaseKey(n), TagKey(n) })],
                [Guid.CreateVersion7().ToString("N"), link.Channel, string.Join('\n', some)])).ToList();
        var answers = await Task.WhenAll(sent);
        if (Array.TrueForAll(answers, a => a is not null))
        {
            return true;
        }

        link.OpenCircuit("it did not drop the invalidated keys");
        return false;
    }

    /// <summary>Returns null if the value is not a document; the value is then deleted.</summary>
    private async Task<RedisReading?> AskAsync(string key, RedisKey[] keys, TimeSpan ttl, bool findNothing)
    {
        var token = Guid.CreateVersion7().ToString("N");
        RedisValue[] arguments = [token, Milliseconds(LeaseTime), Milliseconds(2 * ttl), findNothing ? "1" : ""];
        var answer = await link.UseAsync(db => db.ScriptEvaluateAsync(RedisScripts.Look, keys, arguments), RedisLink.ReadPatience);
        if (answer is null || answer.IsNull)
        {
            return default(RedisReading);
        }

        var parts = (RedisValue[])answer!;
        if (parts.Length < 3)
        {
            return default(RedisReading);
        }

        var (epoch, tokens) = ((string)parts[0]!, parts.Skip(3).Select(p => (string?)p ?? "").ToArray());
        if (parts[2].IsNull)
        {
            return new RedisReading(null, default, new Lease(key, keys, epoch, token, tokens));
        }

        var document = CacheEnvelope.Read(key, (byte[])parts[2]!, epoch, tokens);
        return document is null ? null : new RedisReading(document, TimeSpan.FromMilliseconds((long)parts[1]), null);
    }

    private RedisKey[] Keys(string key, IReadOnlyCollection<string> tags) =>
        [EpochKey(link), link.Key(key), LeaseKey(key), .. tags.Select(TagKey)];

    private RedisKey LeaseKey(string name) => link.Key("lease:" + name);

    private RedisKey TagKey(string name) => link.Key("tag:" + name);

    private static RedisValue Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
