using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.Bench;

/// <summary>A measurement that cannot be made; the message is for the reader.</summary>
internal sealed class BenchException(string message) : Exception(message);

/// <summary>Other programs, each with an end in time.</summary>
internal static partial class Tool
{
    public static bool IsRoot => GetEffectiveUserId() == 0;

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="BenchException">It did not end in time, or not with exit code 0.</exception>
    public static async Task<string> RunAsync(TimeSpan atMost, string file, params string[] args)
    {
        var start = new ProcessStartInfo(file, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/"
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BenchException($"{file} cannot be started: {e.Message}");
        }

        using (process)
        using (var late = new CancellationTokenSource(atMost))
        {
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new BenchException($"{file} took more than {atMost.TotalSeconds:0} s");
            }

            return process.ExitCode == 0 ? await output
                : throw new BenchException($"{file} ended with {process.ExitCode}: {Tail(await errors + await output)}");
        }
    }

    /// <summary>Asks a process to end, and ends it when it does not within ten seconds.</summary>
    public static async Task StopAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        _ = Kill(process.Id, 15);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public static void Signal(Process process, int signal) => _ = Kill(process.Id, signal);

    public static int FreePort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Tail(string text) => text.Length <= 2000 ? text.Trim() : text[^2000..].Trim();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
