using System.Net.Sockets;
using Holdfast.Platform.Data;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications.Mail;

/// <summary>Sends queued mails, by SMTP or into the folder.</summary>
internal sealed class MailSender(Db db, MailTransport transport, EmailComposer composer, ILogger<MailSender> log)
    : Sender(db, "mail", composer, log)
{
    protected override Task TransportAsync(OutgoingMessage message, CancellationToken ct) => transport.SendAsync(message, ct);

    // NotSupportedException: the server does not do what must be (STARTTLS, a password). InvalidOperationException: it has closed the
    // connection.
    protected override bool IsExpected(Exception e) =>
        e is CommandException or ProtocolException or SslHandshakeException or AuthenticationException or IOException or SocketException
        or FormatException
            or InvalidOperationException or NotSupportedException or TimeoutException;

    // The recipient is refused for good (RFC 5321: 5xx), not we are (RFC 3463: x.7.x), or is no address at all. Whatever else a server has
    // against us, somebody can mend.
    protected override bool IsFinal(Exception e) =>
        e is FormatException
        || (e is SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted, StatusCode: >= (SmtpStatusCode)500 }
        && !IsAboutUs(e.Message));

    protected override string Reason(Exception e) =>
        e is SmtpCommandException { StatusCode: var code } ? $"{e.GetType().Name}: {(int)code} {code}" : base.Reason(e);

    private static bool IsAboutUs(string answer) => answer.StartsWith("5.7.", StringComparison.Ordinal)
        || answer.Contains(" 5.7.", StringComparison.Ordinal);

    protected override void Sent(OutgoingMessage message)
    {
        if (transport.WritesFiles)
        {
            log.LogInformation("Mail {MailId} was written into the folder of mails: SMTP_URL is not set", message.Id);
        }
    }
}
