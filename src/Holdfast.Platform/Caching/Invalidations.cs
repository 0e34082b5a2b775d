using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;

namespace Holdfast.Platform.Caching;

/// <summary>
/// Carries the keys that commits have invalidated into memory and into Redis. Memory drops them at once; Redis drops immediate keys at
/// once, and the others a few times a second. With Redis, the names are also in a row that was committed with the change: it is deleted
/// when Redis has dropped them. A row that is left because a process died or cannot reach Redis is handled by any process that finds it
/// (<see cref="InvalidationTable"/>).
/// </summary>
internal sealed class Invalidations : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Db _db;
    private readonly MemoryLevel _memory;
    private readonly RedisLevel? _redis;
    private HashSet<string> _soon = new(StringComparer.Ordinal);
    private List<(Guid Id, Task<bool> Promptly)> _rows = [];

    public Invalidations(Db db, MemoryLevel memory, RedisLevel? redis)
    {
        (_db, _memory, _redis) = (db, memory, redis);
        _db.Invalidated += Take;
    }

    /// <summary>Drops the names here and everywhere now. Returns false if it is not certain that Redis has done it.</summary>
    public Task<bool> DropAsync(IReadOnlyCollection<string> names)
    {
        _memory.Drop(names);
        return _redis is null ? Task.FromResult(true) : _redis.DropAsync(names);
    }

    /// <summary>Drops the collected names, and deletes the rows that are finished.</summary>
    public async Task FlushAsync()
    {
        HashSet<string> soon;
        List<(Guid Id, Task<bool> Promptly)> rows;
        lock (_gate)
        {
            if (_soon.Count == 0 && _rows.Count == 0)
            {
                return;
            }

            (soon, rows, _soon, _rows) = (_soon, _rows, new HashSet<string>(StringComparer.Ordinal), []);
        }

        var isDone = await DropAsync(soon);
        var done = new List<Guid>();
        foreach (var (id, immediately) in rows)
        {
            if (await immediately && isDone)
            {
                done.Add(id);
            }
        }

        if (done.Count > 0)
        {
            await InvalidationTable.DeleteAsync(_db, done);
        }
    }

    public void Dispose() => _db.Invalidated -= Take;

    private void Take(InvalidatedKeys names)
    {
        var immediately = DropAsync(names.Immediate);
        lock (_gate)
        {
            _soon.UnionWith(names.Soon);
            if (names.RowId is { } id)
            {
                _rows.Add((id, immediately));
            }
        }
    }
}
