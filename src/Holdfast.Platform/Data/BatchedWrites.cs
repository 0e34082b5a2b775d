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
    /// Writes the items in slices, each in a transaction of its own, and yields what <paramref name="write"/> returned once it is
    /// committed. SQLite has one writer at a time among all processes: there a slice is as large as about 20 ms allow, and the file is then
    /// left to others for as long. If the caller stops, the slices yielded so far are kept and the others are not written.
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
