using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Caching.Redis;
using Microsoft.Extensions.Caching.Hybrid;

namespace Holdfast.Platform.Caching;

/// <summary> The framework's <see cref="HybridCache"/>: memory in front, Redis behind it where there is one, one loader per key and
/// process. Values are
/// <see cref="Document"/>s; those of any other type are kept as the JSON that <see cref="Holdfast.Platform.Http.Replies.Reply.Json"/> makes
/// of them. What an invalidation overtakes is given to those who waited for it already and kept nowhere. </summary>
internal sealed class TwoLevelCache(CacheOptions options, MemoryLevel memory, RedisLevel? redis, Invalidations invalidations) : HybridCache
{
    private static readonly TimeSpan LongestNone = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Load> _loads = new(StringComparer.Ordinal);

    public override ValueTask<T> GetOrCreateAsync<TState, T>(string key, TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        if (!flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheRead) && memory.Find(key) is { } found)
        {
            return new ValueTask<T>(ToValue<T>(found));
        }

        return LoadAsync<TState, T>(
            new Plan<TState, T>(key, state, factory, options, tags as IReadOnlyCollection<string> ?? [.. tags ?? []], flags),
            cancellationToken);
    }

    public override ValueTask SetAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        IReadOnlyCollection<string> names = tags as IReadOnlyCollection<string> ?? [.. tags ?? []];
        return new ValueTask(PutAsync(key, ToDocument(value), names, options));
    }

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => new(invalidations.DropAsync([key]));

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        new(invalidations.DropAsync([tag]));

    private async ValueTask<T> LoadAsync<TState, T>(Plan<TState, T> plan, CancellationToken ct)
    {
        if (!options.On)
        {
            return await plan.Factory(plan.State, ct);
        }

        while (true)
        {
            // The version stamps come first: whatever is dropped from here on makes this loading one that nobody may join.
            var mine = new Load(memory.Stamp(plan.Key, plan.Tags));
            var present = _loads.GetOrAdd(plan.Key, mine);
            if (present == mine || (!memory.AreCurrent(present.Stamps) && _loads.TryUpdate(plan.Key, mine, present)))
            {
                _ = RunAsync(plan, mine);
                return ToValue<T>(await mine.Task.WaitAsync(ct));
            }

            if (memory.AreCurrent(present.Stamps))
            {
                return ToValue<T>(await present.Task.WaitAsync(ct));
            }
        }
    }

    /// <summary>The load goes on when the first caller goes away: others wait for it.</summary>
    private async Task RunAsync<TState, T>(Plan<TState, T> plan, Load load)
    {
        try
        {
            load.SetResult(await FindOrMakeAsync(plan, load));
        }
        catch (Exception e)
        {
            load.SetException(e);
        }
        finally
        {
            _loads.TryRemove(new KeyValuePair<string, Load>(plan.Key, load));
        }
    }

    private async Task<Document> FindOrMakeAsync<TState, T>(Plan<TState, T> plan, Load load)
    {
        var began = Stopwatch.GetTimestamp();
        var ttl = Jittered(plan.Options?.Expiration ?? options.Ttl);
        var looked = redis is null || !redis.IsUsable || plan.Flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheRead) ? default
            : await redis.LookAsync(plan.Key, plan.Tags, ttl);
        var document = looked.Document;
        if (document is null)
        {
            document = plan.Flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData) ? Document.None
                : ToDocument(await plan.Factory(plan.State, CancellationToken.None));
        }
        else
        {
            ttl = looked.Ttl;
        }

        if (document.IsNone)
        {
            ttl = ttl < LongestNone ? ttl : LongestNone;
        }
        else if (looked.Lease is { } lease && !plan.Flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite))
        {
            _ = redis!.FillAsync(lease, document, ttl);
        }

        if (!plan.Flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
        {
            var inMemory = plan.Options?.LocalCacheExpiration is { } local && local < ttl ? local : ttl;
            memory.Put(plan.Key, document, load.Stamps, began, inMemory);
        }

        return document;
    }

    private async Task PutAsync(string key, Document document, IReadOnlyCollection<string> tags, HybridCacheEntryOptions? entry)
    {
        if (!options.On)
        {
            return;
        }

        await invalidations.DropAsync([key]);
        var plan = new Plan<Document, Document>(key, document, static (d, _) => new ValueTask<Document>(d), entry, tags, entry?.Flags
            ?? HybridCacheEntryFlags.None);
        await FindOrMakeAsync(plan, new Load(memory.Stamp(key, tags)));
    }

    // A tenth to either side: what was filled together must not fall due together.
    private static TimeSpan Jittered(TimeSpan ttl) => ttl * (0.9 + (0.2 * Random.Shared.NextDouble()));

    private static T ToValue<T>(Document document) =>
        document is T same ? same : document.IsNone ? default!
        : JsonSerializer.Deserialize<T>(document.Body.Span, Platform.Http.Replies.Reply.Json)!;

    private static Document ToDocument<T>(T value) =>
        value as Document ?? (value is null ? Document.None : new Document(Platform.Http.Replies.Reply.Bytes(value), null));

    private sealed record Plan<TState, T>(string Key, TState State, Func<TState, CancellationToken, ValueTask<T>> Factory,
        HybridCacheEntryOptions? Options,
        IReadOnlyCollection<string> Tags, HybridCacheEntryFlags Flags);

    private sealed class Load(VersionStamps stamps)
    {
        private readonly TaskCompletionSource<Document> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public VersionStamps Stamps => stamps;

        public Task<Document> Task => _done.Task;

        public void SetResult(Document document) => _done.SetResult(document);

        public void SetException(Exception e) => _done.SetException(e);
    }
}
