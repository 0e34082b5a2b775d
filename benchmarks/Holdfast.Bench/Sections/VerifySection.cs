using System.Diagnostics;
using Holdfast.Bench.Past;
using Holdfast.Platform.Data;

namespace Holdfast.Bench.Sections;

/// <summary><c>holdfast verify</c> of a shop with a past, as a process of its own, once on each database.</summary>
internal sealed class VerifySection(Bench bench)
{
    private const string Database = "past";
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(15);

    public async Task RunAsync()
    {
        Bench.Say($"Verify {bench.Options.Orders:#,0} orders");
        await OnSqliteAsync();
        await OnPostgresAsync();
    }

    private async Task OnSqliteAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(bench.Guard.Folder, Database)).FullName;
        var file = Path.Combine(folder, "past.db");
        await FillAsync($"sqlite:{file}");
        bench.Numbers.Note("the past on SQLite", $"{new FileInfo(file).Length / 1e9:0.0} GB");
        await VerifyAsync($"sqlite:{file}", Names.VerifySqlite, Names.VerifySqliteMemory);
        // Both would not fit on a small disk.
        Directory.Delete(folder, recursive: true);
    }

    private async Task OnPostgresAsync()
    {
        await bench.Cluster.ExecuteAsync("postgres", $"CREATE DATABASE {Database}");
        await FillAsync(bench.Cluster.Url(Database));
        // What autovacuum would do in the months of such a past.
        await bench.Cluster.ExecuteAsync(Database, "VACUUM ANALYZE");
        await bench.Cluster.ExecuteAsync(Database, "CHECKPOINT");
        var size = await bench.Cluster.ScalarAsync<long>(Database, "SELECT pg_database_size(current_database())");
        bench.Numbers.Note("the past on PostgreSQL", $"{size / 1e9:0.0} GB");
        await VerifyAsync(bench.Cluster.Url(Database), Names.VerifyPostgres, Names.VerifyPostgresMemory);
        await bench.Cluster.ExecuteAsync("postgres", $"DROP DATABASE {Database}");
    }

    private async Task FillAsync(string url)
    {
        await using var db = Db.Open(url);
        await new PastShop(db).FillAsync(bench.Options.Orders);
    }

    /// <summary>Runs the command to its end, which must be that nothing is broken.</summary>
    private async Task VerifyAsync(string url, string time, string memory)
    {
        var clock = Stopwatch.StartNew();
        using var late = new CancellationTokenSource(AtMost);
        string[] command = [Path.Combine(AppContext.BaseDirectory, "holdfast.dll"), "verify", $"DATABASE_URL={url}"];
        var start = new ProcessStartInfo("dotnet", command)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = bench.Guard.Folder,
        };
        using var process = Process.Start(start)!;
        bench.Guard.Add(process.Id);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(late.Token);
            var peak = await PeakAsync(process, late.Token);
            var last = (await output).TrimEnd().Split('\n')[^1];
            if (process.ExitCode != 0)
            {
                throw new BenchException($"verify ended with {process.ExitCode}: {last}");
            }

            bench.Numbers.Add(time, "s", clock.Elapsed.TotalSeconds);
            bench.Numbers.Add(memory, "MB", peak / 1e6);
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"verify took more than {AtMost.TotalMinutes:0} minutes");
        }
        finally
        {
            await Tool.StopAsync(process);
            bench.Guard.Drop(process.Id);
        }
    }

    /// <summary>Waits for the end; the most resident memory seen until then, in bytes, sampled five times a second.</summary>
    private static async Task<long> PeakAsync(Process process, CancellationToken ct)
    {
        var peak = 0L;
        for (var end = process.WaitForExitAsync(ct); !end.IsCompleted; await Task.WhenAny(end, Task.Delay(200, ct)))
        {
            process.Refresh();
            peak = Math.Max(peak, process.HasExited ? 0 : process.WorkingSet64);
        }

        ct.ThrowIfCancellationRequested();
        return peak;
    }
}
