using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>What the disk can do: the time that 8 kB takes to be durable.</summary>
internal static class Fsync
{
    private const int Block = 8192;
    private const int FileBlocks = 2048;
    private const int Writes = 2000;

    /// <summary>
    /// Writes 8 kB and syncs, 2,000 times or for ten seconds, one after the other, over a file that already has its size (as a write-ahead
    /// log has). Returns the 50th and 99th percentile in milliseconds.
    /// </summary>
    public static (double P50, double P99) Measure(string folder)
    {
        var path = Path.Combine(folder, "fsync.dat");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        var block = new byte[Block];
        Random.Shared.NextBytes(block);
        for (var i = 0; i < FileBlocks; i++)
        {
            file.Write(block);
        }

        file.Flush(flushToDisk: true);
        var times = new List<double>(Writes);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Writes && clock.Elapsed < TimeSpan.FromSeconds(10); i++)
        {
            var start = Stopwatch.GetTimestamp();
            file.Position = (long)(i % FileBlocks) * Block;
            file.Write(block);
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return (Statistics.Percentile(times, 0.50), Statistics.Percentile(times, 0.99));
    }
}
