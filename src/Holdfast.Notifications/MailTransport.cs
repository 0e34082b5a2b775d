using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Holdfast.Platform;

namespace Holdfast.Notifications;

/// <summary>Where mails go.</summary>
/// <param name="Server">Null: they are written as <c>.eml</c> files into <paramref name="Folder"/>.</param>
/// <param name="From">The sender's address, with or without a name: <c>Shop &lt;shop@example.com&gt;</c>.</param>
public sealed record MailOptions(SmtpServer? Server, string From, string Folder);

/// <summary>A mail server. With <paramref name="Tls"/> the connection must become encrypted (STARTTLS) before anything is sent.</summary>
public sealed record SmtpServer(string Host, int Port, bool Tls, string? User, string? Password)
{
    // A record would show its members, and so the password.
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>Hands one mail to the server, or writes it into the folder. Throws where that fails.</summary>
/// <param name="patience">How long a server may take over one mail; where it is not said, a minute, since some look through a mail before they answer.</param>
internal sealed class MailTransport(MailOptions options, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMinutes(1);

    public bool WritesFiles => options.Server is null;

    public async Task SendAsync(Outgoing mail, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        using var client = Client();
        using var message = Message(mail);
        await client.SendMailAsync(message, limit.Token).ConfigureAwait(false);
    }

    private SmtpClient Client()
    {
        if (options.Server is not { } server)
        {
            var folder = Path.GetFullPath(options.Folder);
            PrivateFiles.CreateDirectory(folder);
            return new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = folder, DeliveryFormat = SmtpDeliveryFormat.International };
        }

        return new SmtpClient(server.Host, server.Port)
        {
            // What it waits for the server's good-bye, too, once a mail has been given up.
            Timeout = (int)_patience.TotalMilliseconds,
            EnableSsl = server.Tls,
            Credentials = server.User is null ? null : new NetworkCredential(server.User, server.Password),
            DeliveryFormat = SmtpDeliveryFormat.International,
        };
    }

    private MailMessage Message(Outgoing mail)
    {
        var from = new MailAddress(options.From);
        var message = new MailMessage(from, new MailAddress(mail.To))
        {
            Subject = mail.Subject,
            SubjectEncoding = Encoding.UTF8,
            Body = mail.Text,
            BodyEncoding = Encoding.UTF8,
        };

        // A mail that is sent twice, because nobody heard of the first time, is known by this.
        message.Headers.Add("Message-ID", $"<{mail.Id}@{from.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        if (mail.Html is { } html)
        {
            message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(html, Encoding.UTF8, MediaTypeNames.Text.Html));
        }

        return message;
    }
}
