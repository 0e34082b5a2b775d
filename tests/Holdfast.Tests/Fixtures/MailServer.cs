using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>A real SMTP server (Debian's python3-aiosmtpd) on a free loopback port, which keeps what it gets as files.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private const string Secure = """
        import asyncio, ssl, sys
        from aiosmtpd.handlers import Mailbox
        from aiosmtpd.smtp import SMTP, AuthResult
        port, folder, user, password, certificate, key = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        def check(server, session, envelope, mechanism, data):
            good = (data.login, data.password) == (user.encode(), password.encode())
            return AuthResult(success=good, handled=False)
        class Server(SMTP):
            async def smtp_AUTH(self, arg):
                # The names of mechanisms have no case (RFC 4954); aiosmtpd looks for capitals only.
                words = (arg or "").split()
                await super().smtp_AUTH(" ".join([words[0].upper()] + words[1:]) if words else arg)
        box = Mailbox(folder)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        make = lambda: Server(box, loop=loop, tls_context=context, require_starttls=True, authenticator=check, auth_required=True)
        loop.run_until_complete(loop.create_server(make, "127.0.0.1", int(port)))
        loop.run_forever()
        """;

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

    /// <summary>Starts one that takes mails only after STARTTLS and from whoever knows the password.</summary>
    /// <param name="certificate">PEM files of its certificate and key.</param>
    public static Task<MailServer> StartSecureAsync(string user, string password, (string Certificate, string Key) certificate) =>
        StartAsync((port, folder) => ["-c", Secure, port, folder, user, password, certificate.Certificate, certificate.Key]);

    /// <summary>Starts it; skips the calling test, aloud, where it is not installed.</summary>
    public static Task<MailServer> StartAsync() => StartAsync((port, folder) => ["-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", folder]);

    private static async Task<MailServer> StartAsync(Func<string, string, string[]> arguments)
    {
        var python = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasServer);
        Assert.SkipWhen(python is null, "python3-aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        var folder = Path.Combine(Directory.CreateTempSubdirectory("holdfast-mail-").FullName, "box");
        while (true)
        {
            var port = Shell.FreePort();
            var start = new ProcessStartInfo(python!, arguments(port.ToString(CultureInfo.InvariantCulture), folder));
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
