using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Platform.Data;

/// <summary>
/// Items that wait by key, such as commands by store. Keys take turns: a key with a thousand items does not keep a key with one item
/// waiting. Each key has a bound of its own, and all keys together have four times that bound; a key with few items is never refused
/// because of others.
/// </summary>
/// <param name="capacity">The most items of one key that may wait.</param>
/// <param name="parallel">How many takers may hold items of one key at once. While items of another key are being worked on, it is
/// one.</param>
internal sealed class TurnQueue<T>(int capacity, int parallel) : IDisposable
{
    // Keys with up to this many items share a turn: many small stores are committed together.
    private const int Shared = 64;
    private const int AlwaysAdmitted = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Line> _lines = [];
    private readonly Queue<Line> _ready = new();
    private readonly List<Line> _active = [];
    private readonly SemaphoreSlim _signal = new(0);
    private int _count;
    private int _waiters;
    private bool _completed;

    /// <summary>Adds an item. Returns false if the key's bound is reached or the queue is closed.</summary>
    public bool TryAdd(Guid key, T item)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(key, out var line))
            {
                line = new Line(key);
            }

            var waiting = line.Items.Count;
            if (_completed || waiting >= capacity || (_count >= 4L * capacity && waiting >= AlwaysAdmitted))
            {
                return false;
            }

            _lines[key] = line;
            line.Items.Enqueue(item);
            _count++;
            MakeReady(line);
            return true;
        }
    }

    /// <summary>Waits for items. Returns false if there are none and never will be.</summary>
    public async Task<bool> WaitAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_ready.Count > 0)
                {
                    return true;
                }

                if (_completed)
                {
                    return false;
                }

                _waiters++;
            }

            await _signal.WaitAsync();
        }
    }

    /// <summary>
    /// Takes the items of the key whose turn it is, and of the next keys if all of them together are few. Give the result to
    /// <see cref="Done"/>.
    /// </summary>
    public bool TryTake(int max, List<T> items, [NotNullWhen(true)] out IReadOnlyList<Guid>? keys)
    {
        lock (_gate)
        {
            var taken = new List<Guid>();
            while (_ready.TryPeek(out var line) && (taken.Count == 0 || items.Count + line.Items.Count <= Math.Min(max, Shared)))
            {
                _ready.Dequeue();
                line.IsReady = false;
                if (!MayBeTaken(line))
                {
                    continue;
                }

                if (++line.Takers == 1)
                {
                    _active.Add(line);
                }

                taken.Add(line.Key);
                while (items.Count < max && line.Items.TryDequeue(out var item))
                {
                    items.Add(item);
                    _count--;
                }

                MakeReady(line);
            }

            keys = taken.Count > 0 ? taken : null;
            return keys is not null;
        }
    }

    /// <summary>Ends the work on items that were taken.</summary>
    public void Done(IReadOnlyList<Guid> keys)
    {
        lock (_gate)
        {
            foreach (var line in keys.Select(key => _lines[key]))
            {
                if (--line.Takers == 0)
                {
                    _active.Remove(line);
                }

                MakeReady(line);
                if (line.Takers == 0 && line.Items.Count == 0)
                {
                    _lines.Remove(line.Key);
                }
            }

            if (_active.Count == 1)
            {
                MakeReady(_active[0]);
            }
        }
    }

    /// <summary>Takes all items that wait.</summary>
    public List<T> TakeAll()
    {
        lock (_gate)
        {
            var items = _lines.Values.SelectMany(line => line.Items).ToList();
            foreach (var line in _lines.Values)
            {
                line.Items.Clear();
                line.IsReady = false;
            }

            _ready.Clear();
            _count = 0;
            foreach (var idle in _lines.Values.Where(line => line.Takers == 0).ToList())
            {
                _lines.Remove(idle.Key);
            }

            return items;
        }
    }

    /// <summary>Closes the queue: nothing more is accepted; takers get what is left, then the end.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Wake(_waiters);
        }
    }

    public void Dispose() => _signal.Dispose();

    private void MakeReady(Line line)
    {
        if (!line.IsReady && MayBeTaken(line))
        {
            line.IsReady = true;
            _ready.Enqueue(line);
            Wake(Math.Min(_waiters, 1));
        }
    }

    private bool MayBeTaken(Line line)
    {
        var takers = _active.TrueForAll(other => other == line) ? parallel : 1;
        return line.Items.Count > 0 && line.Takers < takers;
    }

    private void Wake(int waiters)
    {
        if (waiters > 0)
        {
            _waiters -= waiters;
            _signal.Release(waiters);
        }
    }

    private sealed class Line(Guid key)
    {
        public Guid Key { get; } = key;

        public Queue<T> Items { get; } = new();

        public int Takers { get; set; }

        public bool IsReady { get; set; }
    }
}
