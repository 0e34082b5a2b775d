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

    // The recipient is refused for good (RFC 5321: 5xx), not we are (RFC 3463: x.7.x), or is no address at all. Whatever else a server has against us, somebody can mend.
    protected override bool IsFinal(Exception e) =>
        e is FormatException || (e is SmtpFailedRecipientException { StatusCode: >= (SmtpStatusCode)500 } && !e.Message.Contains(" 5.7.", StringComparison.Ordinal));

    protected override string Reason(Exception e) => e is SmtpException { StatusCode: var code and > 0 } ? $"{e.GetType().Name}: {(int)code} {code}" : base.Reason(e);

    protected override void Sent(Outgoing message)
    {
        if (transport.WritesFiles)
        {
            log.LogInformation("Mail {MailId} was written into the folder of mails: SMTP_URL is not set", message.Id);
        }
    }
}
