using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Identity.Links;
using Holdfast.Notifications;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Notifications;

/// <summary>A mail server that wants STARTTLS and a password: nothing is sent in clear, to a stranger, or as a stranger.</summary>
[Slow]
public sealed class SecureMailTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-tls-").FullName;
    private readonly TestLog _log = new();
    private TestDb _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDb.CreateAsync(Backend.Sqlite);

    public async ValueTask DisposeAsync()
    {
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task With_the_certificate_trusted_and_the_password_right_a_mail_arrives()
    {
        var certificate = MakeCertificate();
        await using var server = await MailServer.StartSecureAsync("shop", "pass word/1", certificate);
        await using var holdfast = await ServerProcess.StartAsync(_database.Url, new Dictionary<string, string>
        {
            ["SMTP_URL"] = $"smtps://shop:{Uri.EscapeDataString("pass word/1")}@127.0.0.1:{server.Port}",
            ["SMTP_FROM"] = "Shop <shop@example.com>",
            ["SSL_CERT_FILE"] = certificate.Certificate,
            ["ADMIN_EMAIL"] = "admin@example.com",
            ["ADMIN_PASSWORD"] = "a long password",
        });
        using var asked = await holdfast.Client.PostAsJsonAsync("/api/v1/auth/forgot-password", new { email = "admin@example.com" },
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Until.TrueAsync("it arrives", () => server.Received.Count == 1);
        var mail = Mailed.Read(server.Received[0]);
        Assert.Equal("Reset your password", mail.Subject);
        Assert.Contains("/reset-password?token=", mail.Text, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_a_server_without_encryption_and_a_wrong_password_get_nothing()
    {
        await QueueAsync();
        await using var stranger = await MailServer.StartSecureAsync("shop", "pw", MakeCertificate());
        Assert.Equal(1, await SendAsync(new SmtpServer("127.0.0.1", stranger.Port, true, "shop", "pw")));
        Assert.Empty(stranger.Received);

        await using var open = await MailServer.StartAsync();
        Assert.Equal(1, await SendAsync(new SmtpServer("127.0.0.1", open.Port, true, null, null)));
        Assert.Empty(open.Received);

        // In clear where encryption was not asked for: this server then refuses.
        Assert.Equal(1, await SendAsync(new SmtpServer("127.0.0.1", stranger.Port, false, null, null)));
        Assert.Empty(stranger.Received);
        Assert.Equal(3, _log.Lines.Count);

        // Nothing is lost by it.
        Assert.Equal(1, await SendAsync(new SmtpServer("127.0.0.1", open.Port, false, null, null)));
        Assert.Single(open.Received);
    }

    [Fact]
    public async Task A_server_that_is_encrypted_from_its_first_byte_is_spoken_to_so()
    {
        await QueueAsync();
        await using var server = await MailServer.StartSecureAsync("shop", "pw", MakeCertificate(), implicitTls: true);
        var known = new SmtpServer("127.0.0.1", server.Port, true, "shop", "pw");

        // With STARTTLS both sides would wait for the other's first word. Encrypted, the certificate is nobody's whom this process trusts.
        Assert.Equal(1, await SendAsync(known, TimeSpan.FromSeconds(1)));
        Assert.Contains("CanceledException", _log.Lines[0], StringComparison.Ordinal);
        Assert.Equal(1, await SendAsync(known with { ImplicitTls = true }));
        Assert.Contains("SslHandshakeException", _log.Lines[1], StringComparison.Ordinal);
        Assert.Empty(server.Received);
    }

    private Task QueueAsync() => _database.Db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        Mails.Queue(batch, new EmailTemplate("en").Title("Hello").To("an@example.com", "a", "Hello"), await tx.NowAsync());
        await batch.RunAsync();
    });

    /// <summary>Tries what is queued, however long ago it failed.</summary>
    private async Task<int> SendAsync(SmtpServer server, TimeSpan? patience = null)
    {
        var db = _database.Db;
        db.ClockSkew += TimeSpan.FromHours(7);
        using var log = LoggerFactory.Create(b => b.AddProvider(_log));
        return await new MailSender(db, new MailTransport(new MailOptions(server, "Shop <shop@example.com>", _folder), patience),
            new EmailComposer(db, new AccessKeys(), new PublicUrl("https://shop.example.com"), new NotificationOptions()),
            log.CreateLogger<MailSender>()).SendOnceAsync();
    }

    private (string Certificate, string Key) MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=mail", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var (certificateFile, keyFile) = (Path.Combine(_folder, "cert.pem"), Path.Combine(_folder, "key.pem"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}
