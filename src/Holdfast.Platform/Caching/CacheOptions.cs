using Holdfast.Platform.Caching.Redis;

namespace Holdfast.Platform.Caching;

/// <summary>How documents are cached.</summary>
public sealed record CacheOptions
{
    /// <summary>Whether documents are cached. If not, every read goes to the database.</summary>
    public bool On { get; init; } = true;

    /// <summary>The most bytes that documents take in this process; 0: nothing is kept in memory.</summary>
    public long MemoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a document is kept at most, give or take a tenth, unless its owner sets another time.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The Redis that all processes of the database share; null: memory only.</summary>
    public RedisOptions? Redis { get; init; }
}
