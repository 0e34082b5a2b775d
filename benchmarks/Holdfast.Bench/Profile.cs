using System.Globalization;

namespace Holdfast.Bench;

/// <summary>Only the engine, in process, for whoever tunes it.</summary>
internal static class Profile
{
    public static async Task<int> RunAsync(Options options)
    {
        if (options.Profile != "in-process" && options.Profile != "inprocess")
        {
            throw new ArgumentException("there is one profile: in-process");
        }

        await using var guard = new Guard(options.Folder);
        if (options.Database == "sqlite")
        {
            await MeasureAsync(options, $"sqlite:{Path.Combine(guard.Folder, "profile.db")}");
            return 0;
        }

        await using var cluster = await Cluster.StartAsync(guard);
        await cluster.ExecuteAsync("postgres", "CREATE DATABASE profile");
        await MeasureAsync(options, cluster.Url("profile"));
        return 0;
    }

    private static async Task MeasureAsync(Options options, string url)
    {
        await using (var db = Holdfast.Platform.Data.Db.Open(url))
        {
            await Shop.OpenAsync(db);
        }

        await using var engine = await Engine.OpenAsync(url, options.MaxBatch);
        await engine.RunAsync(options.Items, options.Submitters, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        var allocated = GC.GetTotalAllocatedBytes();
        var result = await engine.RunAsync(options.Items, options.Submitters, TimeSpan.Zero, options.Measured);
        var bytes = (GC.GetTotalAllocatedBytes() - allocated) / Math.Max(1, result.Placed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.PerSecond:0} orders/s, {result.Placed} placed, {bytes} bytes allocated per order, {Environment.WorkingSet / 1e6:0} MB resident"));
    }
}
