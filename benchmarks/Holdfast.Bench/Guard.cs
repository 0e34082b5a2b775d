using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// A small shell that outlives this process by a moment: when this one ends, however that happens, it ends the servers that are still
/// running, by their process ids, and removes the folder.
/// </summary>
internal sealed class Guard : IAsyncDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        pids=" "
        while read -r word pid; do
            case $word in
                add) pids="$pids$pid " ;;
                drop) pids=$(printf '%s' "$pids" | sed "s/ $pid / /") ;;
            esac
        done
        for pid in $pids; do kill -INT "$pid" 2>/dev/null; done
        for pid in $pids; do
            n=0
            while kill -0 "$pid" 2>/dev/null && [ $n -lt 150 ]; do sleep 0.1; n=$((n + 1)); done
            kill -KILL "$pid" 2>/dev/null
        done
        rm -rf "$0"
        """;

    private readonly Process _shell;

    public Guard(string parent)
    {
        Folder = Path.Combine(parent, $"holdfast-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(Folder);
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, Folder]) { RedirectStandardInput = true })!;
        _shell.StandardInput.AutoFlush = true;
    }

    /// <summary>Where everything is kept; removed at the end.</summary>
    public string Folder { get; }

    public void Add(int pid) => _shell.StandardInput.WriteLine($"add {pid}");

    public void Drop(int pid) => _shell.StandardInput.WriteLine($"drop {pid}");

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
