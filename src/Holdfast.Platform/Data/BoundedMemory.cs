using System.Collections.Concurrent;

namespace Holdfast.Platform.Data;

/// <summary>
/// What was made once by key and need not be made again. Keys that callers have a hand in may be as many as callers like: when it is full,
/// it is emptied, which costs making some again.
/// </summary>
internal sealed class BoundedMemory<TKey, TValue>(int max) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _known = new();
    private readonly Lock _emptying = new();
    private int _count;

    /// <summary>How many are remembered, at most a few more than allowed while several threads add at once.</summary>
    public int Count => _known.Count;

    public ICollection<TKey> Keys => _known.Keys;

    /// <summary>The value of the key, made where it is not remembered.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        var made = make(key);
        if (_known.TryAdd(key, made) && Interlocked.Increment(ref _count) > max)
        {
            Empty();
        }

        return made;
    }

    /// <summary>
    /// One thread at a time, and emptied before the count starts again: a thread that is stopped in between lets no others fill it a second
    /// time.
    /// </summary>
    private void Empty()
    {
        lock (_emptying)
        {
            if (Volatile.Read(ref _count) > max)
            {
                _known.Clear();
                Volatile.Write(ref _count, 0);
            }
        }
    }
}
