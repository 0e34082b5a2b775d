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
    /// The document of the key, from memory, from Redis or from <paramref name="load"/>, which runs once for all who wait for it in this
    /// process and gives <see cref="Document.None"/> where there is nothing. Whoever asks for a document of somebody's checks on every
    /// answer whether the caller may see it: the facts are on the document.
    /// </summary>
    /// <param name="state">Handed to <paramref name="load"/>, so that it needs no closure.</param>
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
