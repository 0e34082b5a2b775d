using System.Diagnostics;
using System.Globalization;
using Holdfast.Platform.Data;

namespace Holdfast.Bench;

/// <summary>Only the engine, in process, for whoever tunes it: how fast, in what batches, and where the time goes.</summary>
internal static class Profile
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Profile is not ("in-process" or "inprocess"))
        {
            throw new ArgumentException("there is one profile: in-process");
        }

        await using var guard = new Guard(options.Folder);
        if (options.Database == "sqlite")
        {
            await MeasureAsync(options, $"sqlite:{Path.Combine(guard.Folder, "profile.db")}", null);
            return 0;
        }

        await using var cluster = await Cluster.StartAsync(guard);
        await cluster.ExecuteAsync("postgres", "CREATE DATABASE profile");
        await MeasureAsync(options, cluster.Url("profile"), cluster);
        return 0;
    }

    private static async Task MeasureAsync(Options options, string url, Cluster? cluster)
    {
        await using (var db = Db.Open(url))
        {
            await Shop.OpenAsync(db);
        }

        if (cluster is not null)
        {
            await cluster.ExecuteAsync("profile", "VACUUM ANALYZE stores, products, variants, stock, users");
            await cluster.ExecuteAsync("profile", "CHECKPOINT");
        }

        await using var engine = await Engine.OpenAsync(url, options.MaxBatch);
        await engine.RunAsync(options.Items, options.Submitters, TimeSpan.Zero, WarmUp, options.Buyers);
        using var steps = new Steps();
        var before = await ReadAsync(cluster);
        var result = await engine.RunAsync(options.Items, options.Submitters, TimeSpan.Zero, options.Measured, options.Buyers);
        var after = await ReadAsync(cluster);
        Print(result, before, after, options.Measured);
        steps.Print();
    }

    private static void Print(EngineResult result, Reading before, Reading after, TimeSpan measured)
    {
        // The orders of the last batches are in what was read and not in what was counted; with runs of seconds it does not matter.
        var orders = Math.Max(1, result.Placed);
        Line($"{result.PerSecond:0} orders/s; waited {result.P50Milliseconds:0.0} ms (p50), {result.P99Milliseconds:0.0} ms (p99)");
        var own = after.Cpu - before.Cpu;
        Line($"this process: {own / measured:0.00} cores, {own.TotalMicroseconds / orders:0} us per order");
        Line($"  {(after.Allocated - before.Allocated) / orders} bytes allocated per order, {Environment.WorkingSet / 1e6:0} MB resident");
        Line($"  {after.Collections - before.Collections} collections, {(after.Paused - before.Paused).TotalMilliseconds:0} ms paused");
        if (after.Wal > 0)
        {
            var cpu = after.ServerCpu - before.ServerCpu;
            Line($"PostgreSQL: {cpu / measured.TotalSeconds:0.00} cores, {cpu * 1e6 / orders:0} us per order");
            Line($"  {(after.Wal - before.Wal) / orders} bytes of log per order, {after.Syncs - before.Syncs} syncs");
        }
    }

    private static async Task<Reading> ReadAsync(Cluster? cluster)
    {
        var wal = cluster is null ? 0
            : await cluster.ScalarAsync<long>("profile", "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
        var syncs = cluster is null ? 0 : await cluster.ScalarAsync<long>("profile", "SELECT wal_sync FROM pg_stat_wal");
        return new(Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes(), GC.CollectionCount(0),
            GC.GetTotalPauseDuration(),
            cluster?.CpuSeconds() ?? 0, wal, syncs);
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed record Reading(TimeSpan Cpu, long Allocated, int Collections, TimeSpan Paused, double ServerCpu, long Wal, long Syncs);
}
