using System.Globalization;
using System.Runtime.InteropServices;

namespace Holdfast.Bench;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    private const long Needed = 15_000_000_000;

    /// <summary>How much of the processors others take, from 0 to 1, over two seconds; 0 where it cannot be known.</summary>
    public static async Task<double> BusyAsync()
    {
        if (!File.Exists("/proc/stat"))
        {
            return 0;
        }

        var before = Times();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var after = Times();
        return 1 - (after.Idle - before.Idle) / (after.All - before.All);

        // The first line: cpu, then the time spent for user, nice, system, idle, waiting for a disk, ...
        static (double Idle, double All) Times()
        {
            var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
                .Select(Tool.Number).ToArray();
            return (times[3] + times[4], times.Sum());
        }
    }

    public static async Task DescribeAsync(Measurements numbers, Options options, Cluster cluster)
    {
        var lines = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : [];
        var cpu = lines.FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        numbers.Note("machine", string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({cpu}), {memory:0} GB, {RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.FrameworkDescription}"));
        var type = (await Tool.RunAsync(TimeSpan.FromSeconds(5), "stat", "-f", "-c", "%T", options.Folder)).Trim();
        var (p50, p99) = Fsync.Measure(options.Folder);
        numbers.Note("disk", string.Create(CultureInfo.InvariantCulture,
            $"{type} under {options.Folder}; 8 kB written and synced in {p50:0.00} ms (p50), {p99:0.00} ms (p99)"));
        numbers.Note("PostgreSQL", $"{cluster.Version}; {string.Join(", ", Cluster.Settings)}");
        if (type is "tmpfs" or "ramfs")
        {
            throw new BenchException($"{options.Folder} is in memory, where nothing is durable: name a folder on a disk with --folder");
        }

        if ((options.Only.Contains("million") || options.Only.Contains("verify")) && !options.Quick
            && new DriveInfo(options.Folder).AvailableFreeSpace < Needed)
        {
            throw new BenchException($"{options.Folder} has less than 15 GB free: name another folder with --folder");
        }
    }
}
