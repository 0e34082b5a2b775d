using System.Net.Mail;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications;

/// <summary>Sends queued mails, by SMTP or into the folder.</summary>
internal sealed class MailSender(Db db, MailTransport transport, Letters letters, ILogger<MailSender> log) : Sender(db, "mail", letters, log)
{
    protected override Task TransportAsync(Outgoing message, CancellationToken ct) => transport.SendAsync(message, ct);

    // A certificate that is not trusted is an AuthenticationException within an SmtpException, or by itself.
    protected override bool IsExpected(Exception e) =>
        e is SmtpException or IOException or FormatException or InvalidOperationException or System.Security.Authentication.AuthenticationException;

    protected override void Sent(Outgoing message)
    {
        if (transport.WritesFiles)
        {
            log.LogInformation("Mail {MailId} was written into the folder of mails: SMTP_URL is not set", message.Id);
        }
    }
}
