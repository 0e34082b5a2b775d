using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>A real SMTP server (Debian's python3-aiosmtpd) on a free loopback port, which keeps what it gets as files.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private MailServer(Process process, string folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <summary>What has arrived, as it came over the wire.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            var box = Path.Combine(_folder, "new");
            return Directory.Exists(box) ? [.. Directory.GetFiles(box).Order(StringComparer.Ordinal).Select(File.ReadAllText)] : [];
        }
    }

    /// <summary>Starts it; skips the calling test, aloud, where it is not installed.</summary>
    public static async Task<MailServer> StartAsync()
    {
        var python = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasServer);
        Assert.SkipWhen(python is null, "python3-aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        var folder = Path.Combine(Directory.CreateTempSubdirectory("holdfast-mail-").FullName, "box");
        while (true)
        {
            var port = Shell.FreePort();
            var start = new ProcessStartInfo(python!, ["-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "-c", "aiosmtpd.handlers.Mailbox", folder]);
            var server = new MailServer(Process.Start(start)!, folder, port);
            await Until.TrueAsync("the mail server listens", async () => server._process.HasExited || await ListensAsync(port));
            if (!server._process.HasExited)
            {
                return server;
            }

            // Somebody else has taken the port in between.
            server._process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool HasServer(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import aiosmtpd"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
