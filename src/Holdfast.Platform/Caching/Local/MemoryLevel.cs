using System.Diagnostics;
using Microsoft.Extensions.Caching.Memory;

namespace Holdfast.Platform.Caching.Local;

/// <summary>
/// The documents in this process, bounded in bytes. A name is dropped by incrementing the version of its slot: an entry, or a load under
/// way, with an older version is invalid. Two names may share a slot, which sometimes costs a reload and never serves an outdated answer.
/// </summary>
internal sealed class MemoryLevel(long capacity) : IDisposable
{
    /// <summary>
    /// How long an entry is served without a confirmation that the invalidations of other processes arrive. A second is promised under a
    /// fault; the rest of it covers the time between a commit and the reading of a clock.
    /// </summary>
    public static readonly TimeSpan Trust = TimeSpan.FromMilliseconds(800);

    private const int Slots = 1 << 18;
    private const int Overhead = 512;
    private const int LargestShare = 16;
    private static readonly long TrustTicks = (long)(Trust.TotalSeconds * Stopwatch.Frequency);

    private readonly uint[] _versions = new uint[Slots];
    private readonly MemoryCache? _entries = capacity > 0 ? new MemoryCache(new MemoryCacheOptions { SizeLimit = capacity }) : null;
    private long _confirmedAt = Stopwatch.GetTimestamp() - (2 * TrustTicks);

    /// <summary>Slot 0 stands for everything.</summary>
    public static int Slot(string name) => 1 + (int)((uint)name.GetHashCode() % (Slots - 1));

    /// <summary>
    /// Whether the invalidations of other processes arrive. While they do not, an entry is served for <see cref="Trust"/> after it was
    /// read.
    /// </summary>
    public bool IsTrusted => Stopwatch.GetTimestamp() - Volatile.Read(ref _confirmedAt) < TrustTicks;

    /// <summary>Takes the version stamps. Call it before anything is read for the document.</summary>
    public VersionStamps Stamp(string key, IReadOnlyCollection<string> tags) => VersionStamps.Of(_versions, key, tags);

    /// <summary>Whether none of the names has been dropped since the stamps were taken.</summary>
    public bool AreCurrent(VersionStamps stamps) => stamps.AreCurrent(_versions);

    public Document? Find(string key) =>
        _entries is not null && _entries.TryGetValue(key, out var found) && found is Entry entry && entry.Stamps.AreCurrent(_versions)
        && (entry.IsFresh || IsTrusted)
            ? entry.Document : null;

    /// <param name="began">When the reading of the document began, in ticks of the <see cref="Stopwatch"/>.</param>
    public void Put(string key, Document document, VersionStamps stamps, long began, TimeSpan ttl)
    {
        // The share: one document must not push out all others.
        if (_entries is null || document.Body.Length + Overhead > capacity / LargestShare || ttl <= TimeSpan.Zero || !AreCurrent(stamps))
        {
            return;
        }

        using var entry = _entries.CreateEntry(key);
        entry.Value = new Entry(document, stamps, began);
        entry.Size = document.Body.Length + (2 * key.Length) + Overhead;
        entry.AbsoluteExpirationRelativeToNow = ttl;
    }

    /// <summary>Invalidates these names and every reading of them that has begun.</summary>
    public void Drop(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Interlocked.Increment(ref _versions[name == Platform.Data.InvalidatedKeys.Everything ? 0 : Slot(name)]);
            _entries?.Remove(name);
        }
    }

    /// <summary>Invalidates everything, because anything may have changed.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref _versions[0]);
        _entries?.Clear();
    }

    /// <summary>
    /// Confirms that messages arrive: a ping that this process sent at that time has come back, and with it all that was published before.
    /// The time of sending counts, because after a pause of the process old messages prove nothing.
    /// </summary>
    public void Confirm(long sent)
    {
        for (var current = Volatile.Read(ref _confirmedAt); sent > current;)
        {
            var previous = Interlocked.CompareExchange(ref _confirmedAt, sent, current);
            if (previous == current)
            {
                return;
            }

            current = previous;
        }
    }

    public void Dispose() => _entries?.Dispose();

    private sealed record Entry(Document Document, VersionStamps Stamps, long Began)
    {
        public bool IsFresh => Stopwatch.GetTimestamp() - Began < TrustTicks;
    }
}
