using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// Child processes and signals, for the fixtures. A process may end at any moment: whoever asks for one that has gone is told so.
/// </summary>
public static class Shell
{
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    private const int NoSuchProcess = 3;

    // RLIMIT_FSIZE.
    private const int FileSize = 1;

    // Nothing that is run to its end takes as long as this, unless it hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static bool IsRoot { get; } = Environment.UserName == "root";

    /// <summary>Runs a program to its end; throws with its output when it fails, or hangs.</summary>
    public static Task<string> RunAsync(string program, params string[] args) => RunAsync(new ProcessStartInfo(program, args));

    public static async Task<string> RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {Patience}");
        }

        var text = await output + await errors;
        return process.ExitCode == 0 ? text
            : throw new InvalidOperationException(
            $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{text}");
    }

    /// <summary>Sends the signal; whether the process was there to get it.</summary>
    public static bool Signal(int processId, int signal)
    {
        // 0 and less mean whole groups of processes: the tests themselves would stand still, for ever and without a word.
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 1);
        if (kill(processId, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new InvalidOperationException($"kill({processId}, {signal}): error {error}");
    }

    /// <summary>As <see cref="Signal(int, int)"/> to a child, whose number may be another's once it has ended.</summary>
    public static bool Signal(Process process, int signal) => !process.HasExited && Signal(process.Id, signal);

    /// <summary>SIGSTOP to a process that a test needs alive.</summary>
    public static void Stop(int processId)
    {
        if (!Signal(processId, SigStop))
        {
            throw new InvalidOperationException($"process {processId}, which was to be paused, has ended");
        }
    }

    /// <summary>
    /// From now on the process cannot write beyond so many bytes of a file, null: it can again. Its writes fail as on a broken disk, if
    /// it was started to ignore SIGXFSZ; else that ends it.
    /// </summary>
    public static void LimitFileSize(int processId, ulong? bytes)
    {
        var limit = new FileSizeLimit(bytes ?? ulong.MaxValue, ulong.MaxValue);
        if (prlimit(processId, FileSize, ref limit, IntPtr.Zero) != 0)
        {
            throw new InvalidOperationException($"prlimit({processId}): error {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>Whether the process has ended; one that its parent has not looked at yet has, too.</summary>
    public static bool IsGone(int processId) => State($"/proc/{processId}/stat") is null or 'Z' or 'X';

    /// <summary>Whether all threads of a process stand still. Those that end in between count as still.</summary>
    public static bool StandsStill(int processId)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{processId}/task").All(task => State($"{task}/stat") is null or 'T' or 'Z' or 'X');
        }
        catch (IOException) when (IsGone(processId))
        {
            throw new InvalidOperationException($"process {processId}, which was to be paused, has ended");
        }
    }

    /// <summary>
    /// The state of a process or thread as the kernel's letter; null when it has gone, which it may while its file is being read.
    /// </summary>
    private static char? State(string stat)
    {
        try
        {
            var text = File.ReadAllText(stat);
            return text.LastIndexOf(')') is var name and >= 0 && name + 2 < text.Length ? text[name + 2] : null;
        }
        catch (IOException)
        {
            // No such file, or no such process any more.
            return null;
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);

    [DllImport("libc", SetLastError = true)]
    private static extern int prlimit(int pid, int resource, ref FileSizeLimit limit, IntPtr old);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FileSizeLimit(ulong Soft, ulong Hard);
}
