using System.Diagnostics;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>
/// Things that are written and read all the time, and an account of it: what every read said, against what was right then. A read is stale
/// for as long as the next version had been committed when the read began.
/// </summary>
internal sealed class Watched(Random random, int count) : IDisposable
{
    private readonly SemaphoreSlim[] _writing = [.. Enumerable.Range(0, count).Select(_ => new SemaphoreSlim(1, 1))];

    // By thing: when each version was known to be committed; 0 for version 0, which is none.
    private readonly List<long>[] _committed = [.. Enumerable.Range(0, count).Select(_ => new List<long> { 0 })];
    private readonly long[] _begun = new long[count];
    private readonly Lock _gate = new();
    private readonly List<string> _wrong = [];
    private readonly List<TimeSpan> _took = [];
    private TimeSpan _stalest;
    private Lateness? _lateness;
    private int _reads;
    private int _hits;

    /// <summary>How old the oldest answer was.</summary>
    public TimeSpan Stalest => _stalest;

    /// <summary>How late the machine ran a thread at worst.</summary>
    private TimeSpan Latest => _lateness?.Worst ?? TimeSpan.Zero;

    public string Summary =>
        $"{_reads} reads, {_hits} hits, the stalest by {_stalest.TotalMilliseconds:F0} ms, threads late by up to "
        + $"{Latest.TotalMilliseconds:F0} ms";

    /// <summary>
    /// Nothing failed, nothing came from the future, and nothing was older than promised: a second. A machine that does not run a thread
    /// for a while does not run those either that carry news: by how much it was late is measured, and added twice, for who tells and for
    /// who hears.
    /// </summary>
    public void Check()
    {
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong.Take(10)));
        Assert.True(_stalest <= TimeSpan.FromSeconds(1) + (2 * Latest), Summary);
        Assert.True(_hits > 0, Summary);
    }

    /// <summary>
    /// Ninety-nine of a hundred reads took no longer than the database does for ninety-nine of its hundred and 50 ms, whatever happened. By
    /// how much threads were late is added, because both the wait for Redis and the end of it may be late.
    /// </summary>
    public void CheckLatency(IEnumerable<CacheNode> nodes)
    {
        var (reads, database) = (Percentile99(_took), Percentile99([.. nodes.SelectMany(n => n.Loads)]));
        TestContext.Current.SendDiagnosticMessage(
            $"p99 of reads {reads.TotalMilliseconds:F1} ms, of the database {database.TotalMilliseconds:F1} ms");
        Assert.True(reads <= database + TimeSpan.FromMilliseconds(50) + (2 * Latest), $"p99 {reads} and {database}; {Summary}");
    }

    public async Task WriteAsync(CacheNode node, Db? db = null)
    {
        var thing = Next(count);
        await _writing[thing].WaitAsync();
        try
        {
            long version;
            lock (_gate)
            {
                version = ++_begun[thing];
            }

            await node.WriteAsync(thing + 1, version, db: db);
            lock (_gate)
            {
                _committed[thing].Add(Stopwatch.GetTimestamp());
            }
        }
        finally
        {
            _writing[thing].Release();
        }
    }

    public async Task ReadAsync(CacheNode node)
    {
        var thing = Next(count);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var (version, isHit) = await node.ReadAsync(thing + 1);
            lock (_gate)
            {
                _reads++;
                _took.Add(Stopwatch.GetElapsedTime(began));
                _hits += isHit ? 1 : 0;
                if (version > _begun[thing])
                {
                    _wrong.Add($"thing {thing} has version {version}, which nobody has written yet");
                }
                else if (version + 1 < _committed[thing].Count
                    && Stopwatch.GetElapsedTime(_committed[thing][(int)version + 1], began) is var stale && stale > _stalest)
                {
                    _stalest = stale;
                }
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _wrong.Add($"a read failed: {e}");
            }
        }
    }

    /// <summary>Reads and writes on the nodes, which may change in between, until <paramref name="faults"/> has ended.</summary>
    public async Task RunAsync(Func<int, CacheNode> nodes, int nodeCount, Func<Task> faults, Db? bare = null)
    {
        using var end = new CancellationTokenSource();
        await using var lateness = _lateness = Lateness.Watch();
        var all = Enumerable.Range(0, nodeCount)
            .SelectMany(n =>
            new[] { LoopAsync(() => ReadAsync(nodes(n)), 1, end.Token), LoopAsync(() => ReadAsync(nodes(n)), 2, end.Token) })
            .Append(LoopAsync(() => WriteAsync(nodes(Next(nodeCount)), bare is not null && Next(5) == 0 ? bare : null), 20, end.Token))
            .ToList();
        try
        {
            await faults();
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(all);
        }
    }

    public void Dispose() => Array.ForEach(_writing, w => w.Dispose());

    private int Next(int below)
    {
        lock (_gate)
        {
            return random.Next(below);
        }
    }

    private static TimeSpan Percentile99(List<TimeSpan> times) => times.Order().ElementAt(times.Count * 99 / 100);

    private static Task LoopAsync(Func<Task> work, int pauseMilliseconds, CancellationToken end) => Task.Run(async () =>
    {
        while (!end.IsCancellationRequested)
        {
            await work();
            await Task.Delay(pauseMilliseconds, CancellationToken.None);
        }
    }, CancellationToken.None);
}
