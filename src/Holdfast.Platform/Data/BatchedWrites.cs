using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Holdfast.Platform.Data;

/// <summary>Long writes beside a running server: many short transactions instead of one that keeps everybody waiting.</summary>
public static class BatchedWrites
{
    private const int PostgresSize = 1000;
    private const int FirstSize = 20;
    private const int LargestSize = 2000;
    private static readonly TimeSpan Aim = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Takes the items in slices, each in a transaction of its own, and gives what <paramref name="write"/> returned once it is committed.
    /// On SQLite, which has one writer at a time among all processes, a slice is made as large as about 20 ms allow, and the file is left
    /// to others for as long after it. Stopped in between, the slices given so far are kept and the others are not.
    /// </summary>
    public static async IAsyncEnumerable<TOut> WriteInSlicesAsync<T, TOut>(this Db db, IEnumerable<T> items,
        Func<Tx, IReadOnlyList<T>, Task<TOut>> write,
        [EnumeratorCancellation] CancellationToken ct = default)
    {
        var alone = db.Name == "sqlite";
        var size = alone ? FirstSize : PostgresSize;
        using var rest = items.GetEnumerator();
        while (Next(rest, size) is { Count: > 0 } slice)
        {
            ct.ThrowIfCancellationRequested();
            var began = 0L;
            var result = await db.WriteAsync(tx =>
            {
                began = Stopwatch.GetTimestamp();
                return write(tx, slice);
            }, ct);
            var took = Stopwatch.GetElapsedTime(began);
            yield return result;
            if (alone)
            {
                size = (int)Math.Clamp(size * Math.Clamp(Aim / took, 0.25, 2), 1, LargestSize);
                await Task.Delay(took, ct);
            }
        }
    }

    private static List<T> Next<T>(IEnumerator<T> items, int size)
    {
        var slice = new List<T>(size);
        while (slice.Count < size && items.MoveNext())
        {
            slice.Add(items.Current);
        }

        return slice;
    }
}
