using Microsoft.Extensions.Caching.Hybrid;

namespace Holdfast.Platform.Caching;

/// <summary>
/// Cached documents, for use cases. Every document has a key, as in the table of keys in docs/caching.md, and tags that are known before it
/// is loaded; a write notes keys and tags with <see cref="Holdfast.Platform.Data.Tx.Invalidate"/>. Works over whichever
/// <see cref="HybridCache"/> is registered.
/// </summary>
public sealed class Documents(HybridCache cache)
{
    /// <summary>
    /// Returns the document of the key, from memory, from Redis or from <paramref name="load"/>. That runs once for all callers who wait
    /// for it in this process, and returns <see cref="Document.None"/> if there is nothing. A caller who asks for somebody's document
    /// checks on every answer whether its own caller may see it: the facts are on the document.
    /// </summary>
    /// <param name="state">Passed to <paramref name="load"/>, so that it needs no closure.</param>
    /// <param name="options">Another time to live; null: <see cref="CacheOptions.Ttl"/>.</param>
    public async ValueTask<DocumentReading> FindAsync<TState>(string key, TState state,
        Func<TState, CancellationToken, Task<Document>> load,
        IReadOnlyCollection<string>? tags = null,
        HybridCacheEntryOptions? options = null, CancellationToken ct = default)
    {
        var fetch = new Fetch<TState>(state, load);
        var document = await cache.GetOrCreateAsync(key, fetch, Fetch<TState>.Run, options, tags, ct);
        return new DocumentReading(document, !fetch.HasLoaded);
    }

    private sealed class Fetch<TState>(TState state, Func<TState, CancellationToken, Task<Document>> load)
    {
        public static readonly Func<Fetch<TState>, CancellationToken, ValueTask<Document>> Run = static (fetch, ct) => fetch.LoadAsync(ct);

        public bool HasLoaded { get; private set; }

        private ValueTask<Document> LoadAsync(CancellationToken ct)
        {
            HasLoaded = true;
            return new ValueTask<Document>(load(state, ct));
        }
    }
}
