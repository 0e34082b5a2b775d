using System.Diagnostics;
using Holdfast.Platform.Data;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// Another process on the same database, for what only a second process can show: file locks, a death at a chosen moment. It opens a
/// transaction, runs one statement in it, says so, and commits when it is told to.
/// </summary>
public sealed class SecondProcess : IAsyncDisposable
{
    public const string Word = "second-process";
    private const string Holding = "holding";

    private readonly Process _process;

    private SecondProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Returns when the other process has run <paramref name="sql"/> in a transaction that is open still.</summary>
    public static async Task<SecondProcess> HoldAsync(string url, string sql)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SecondProcess).Assembly.Location, Word, url, sql])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var second = new SecondProcess(Process.Start(start)!);
        var said = await second._process.StandardOutput.ReadLineAsync();
        if (said != Holding)
        {
            await second.DisposeAsync();
            throw new InvalidOperationException($"the second process said '{said}'");
        }

        return second;
    }

    /// <summary>Lets it commit; returns when it has ended.</summary>
    public async Task CommitAsync()
    {
        await _process.StandardInput.WriteLineAsync("commit");
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
    }

    /// <summary>SIGKILL, in the middle of its transaction.</summary>
    public async Task KillAsync()
    {
        Shell.Signal(_process, Shell.SigKill);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>The other side. Its end of input, which is also this process's death, makes it give up.</summary>
    internal static async Task<int> MainAsync(string[] args)
    {
        await using var db = Db.Open(args[0]);
        await using var tx = await db.BeginAsync();
        await tx.ExecuteAsync(args[1]);
        Console.WriteLine(Holding);
        if (await Console.In.ReadLineAsync() is null)
        {
            return 1;
        }

        await tx.CommitAsync();
        return 0;
    }
}
