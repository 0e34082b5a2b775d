using System.Diagnostics;
using Microsoft.Extensions.Caching.Memory;

namespace Holdfast.Platform.Caching.Local;

/// <summary>
/// Documents in this process, bounded in bytes. Names are dropped by counting up the version of their slot: an entry, or a load under way,
/// that has an older one is worth nothing any more. Two names may share a slot, which costs a reload now and then and never a stale answer.
/// </summary>
internal sealed class MemoryLevel(long capacity) : IDisposable
{
    /// <summary>
    /// How long an entry is served without hearing from others what has become stale. Under a fault a second is promised; the rest of it is
    /// for what happens between a commit and the reading of a clock.
    /// </summary>
    public static readonly TimeSpan Trust = TimeSpan.FromMilliseconds(800);

    private const int Slots = 1 << 18;
    private const int Overhead = 512;
    private const int LargestShare = 16;
    private static readonly long TrustTicks = (long)(Trust.TotalSeconds * Stopwatch.Frequency);

    private readonly uint[] _versions = new uint[Slots];
    private readonly MemoryCache? _entries = capacity > 0 ? new MemoryCache(new MemoryCacheOptions { SizeLimit = capacity }) : null;
    private long _heard = Stopwatch.GetTimestamp() - (2 * TrustTicks);

    /// <summary>Slot 0 stands for everything.</summary>
    public static int Slot(string name) => 1 + (int)((uint)name.GetHashCode() % (Slots - 1));

    /// <summary>
    /// Whether what others make stale is being heard of: until then, and after, an entry is served for <see cref="Trust"/> from its
    /// reading.
    /// </summary>
    public bool IsTrusted => Stopwatch.GetTimestamp() - Volatile.Read(ref _heard) < TrustTicks;

    /// <summary>Take them before anything is read for the document.</summary>
    public VersionStamps Stamp(string key, IReadOnlyCollection<string> tags) => VersionStamps.Of(_versions, key, tags);

    /// <summary>Whether nothing of it has been dropped since.</summary>
    public bool AreCurrent(VersionStamps marks) => marks.AreCurrent(_versions);

    public Document? Find(string key) =>
        _entries is not null && _entries.TryGetValue(key, out var found) && found is Entry entry && entry.Marks.AreCurrent(_versions)
        && (entry.IsFresh || IsTrusted)
            ? entry.Document : null;

    /// <param name="began">When its reading began, in ticks of the <see cref="Stopwatch"/>.</param>
    public void Put(string key, Document document, VersionStamps marks, long began, TimeSpan ttl)
    {
        // The share: one document must not push out all others.
        if (_entries is null || document.Body.Length + Overhead > capacity / LargestShare || ttl <= TimeSpan.Zero || !AreCurrent(marks))
        {
            return;
        }

        using var entry = _entries.CreateEntry(key);
        entry.Value = new Entry(document, marks, began);
        entry.Size = document.Body.Length + (2 * key.Length) + Overhead;
        entry.AbsoluteExpirationRelativeToNow = ttl;
    }

    /// <summary>These are stale, and so is every reading of them that has begun.</summary>
    public void Drop(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Interlocked.Increment(ref _versions[name == Platform.Data.InvalidatedKeys.Everything ? 0 : Slot(name)]);
            _entries?.Remove(name);
        }
    }

    /// <summary>Everything is stale, perhaps.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref _versions[0]);
        _entries?.Clear();
    }

    /// <summary>
    /// A message that this process sent itself at that time has come back, and with it all that was published before. Its time of sending
    /// counts: after a pause of the process, old messages prove nothing.
    /// </summary>
    public void Heard(long sent)
    {
        for (var known = Volatile.Read(ref _heard); sent > known;)
        {
            var seen = Interlocked.CompareExchange(ref _heard, sent, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    public void Dispose() => _entries?.Dispose();

    private sealed record Entry(Document Document, VersionStamps Marks, long Began)
    {
        public bool IsFresh => Stopwatch.GetTimestamp() - Began < TrustTicks;
    }
}
