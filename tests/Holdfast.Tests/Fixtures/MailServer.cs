using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Tests.Fixtures;

/// <summary>A real SMTP server (Debian's python3-aiosmtpd) on a free loopback port, which keeps what it gets as files.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private const string Secure = """
        import asyncio, ssl, sys
        from aiosmtpd.handlers import Mailbox
        from aiosmtpd.smtp import SMTP, AuthResult
        port, folder, user, password, certificate, key, implicit = sys.argv[1:]
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
        if implicit:
            make = lambda: Server(box, loop=loop, authenticator=check, auth_required=True, auth_require_tls=False)
        else:
            make = lambda: Server(box, loop=loop, tls_context=context, require_starttls=True, authenticator=check, auth_required=True)
        loop.run_until_complete(loop.create_server(make, "127.0.0.1", int(port), ssl=context if implicit else None))
        print("listening", flush=True)
        loop.run_forever()
        """;

    // Does as files beside the mailbox say: keeps silent about what it has taken while HOLD is there, refuses the addresses that are lines
    // of REFUSE.
    private const string Obedient = """
        import asyncio, os, sys
        from aiosmtpd.handlers import Mailbox
        from aiosmtpd.smtp import SMTP
        port, folder = sys.argv[1:]
        hold, refuse = folder + ".hold", folder + ".refuse"
        class Box(Mailbox):
            async def handle_RCPT(self, server, session, envelope, address, options):
                for line in open(refuse).read().splitlines() if os.path.exists(refuse) else []:
                    if line.split(" ", 1)[0] == address:
                        return line.split(" ", 1)[1]
                envelope.rcpt_tos.append(address)
                return "250 OK"
            async def handle_DATA(self, server, session, envelope):
                taken = await super().handle_DATA(server, session, envelope)
                while os.path.exists(hold):
                    await asyncio.sleep(0.02)
                return taken
        box = Box(folder)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(loop.create_server(lambda: SMTP(box, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", int(port)))
        print("listening", flush=True)
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

    /// <summary>Starts one that takes mails only encrypted and from whoever knows the password.</summary>
    /// <param name="certificate">PEM files of its certificate and key.</param>
    /// <param name="implicitTls">Encrypted from the first byte; otherwise after STARTTLS.</param>
    public static Task<MailServer> StartSecureAsync(
        string user, string password, (string Certificate, string Key) certificate, bool implicitTls = false) =>
        StartAsync((port, folder) =>
            ["-c", Secure, port, folder, user, password, certificate.Certificate, certificate.Key, implicitTls ? "implicit" : ""]);

    /// <summary>Starts it; skips the calling test, aloud, where it is not installed.</summary>
    /// <param name="port">Otherwise a free one.</param>
    public static Task<MailServer> StartAsync(int? port = null) => StartAsync((p, folder) => ["-c", Obedient, p, folder], port);

    /// <summary>From now on it takes mails and does not say so, until it is released.</summary>
    public void Hold() => File.WriteAllText($"{_folder}.hold", "");

    /// <summary>It says what it has held back.</summary>
    public void Release() => File.Delete($"{_folder}.hold");

    /// <summary>It answers to this recipient with the reply.</summary>
    public void Refuse(string address, string reply) => File.AppendAllText($"{_folder}.refuse", $"{address} {reply}\n");

    private static async Task<MailServer> StartAsync(Func<string, string, string[]> arguments, int? wanted = null)
    {
        var python = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasServer);
        Assert.SkipWhen(python is null, "python3-aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        return await Ports.StartAsync(async () =>
        {
            var folder = Path.Combine(Directory.CreateTempSubdirectory("holdfast-mail-").FullName, "box");
            var port = wanted ?? Ports.Free();
            var start = new ProcessStartInfo(python!,
                arguments(port.ToString(CultureInfo.InvariantCulture), folder))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            };
            var server = new MailServer(Process.Start(start)!, folder, port);
            var errors = server._process.StandardError.ReadToEndAsync();
            if (await server._process.StandardOutput.ReadLineAsync() is not null)
            {
                return server;
            }

            await server.DisposeAsync();
            throw new EndedException($"the mail server did not start: {await errors}");
        });
    }

    public async ValueTask DisposeAsync()
    {
        Shell.Signal(_process, Shell.SigKill);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
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
