using System.Collections.Concurrent;

namespace Holdfast.Platform.Data;

/// <summary>
/// Remembers values by key that need not be computed again. Callers may cause any number of keys: when the memory is full, it is emptied,
/// which only costs computing some values again.
/// </summary>
internal sealed class BoundedMemory<TKey, TValue>(int max) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _known = new();
    private readonly Lock _emptying = new();
    private int _count;

    /// <summary>The number of remembered values: at most a few more than allowed while several threads add at once.</summary>
    public int Count => _known.Count;

    public ICollection<TKey> Keys => _known.Keys;

    /// <summary>Returns the value of the key; computes it if it is not remembered.</summary>
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
    /// Only one thread empties, and it empties before the count starts again: if it is stopped in between, other threads cannot fill the
    /// memory a second time.
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
