using Holdfast.Platform;
using MailKit.Net.Smtp;
using MimeKit;

namespace Holdfast.Notifications.Mail;

/// <summary>Hands one mail to the server, or writes it into the folder. Throws where that fails.</summary>
/// <param name="patience">How long a server may take over one mail; where it is not said, a minute, since some look through a mail before
/// they answer.</param>
internal sealed class MailTransport(MailOptions options, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMinutes(1);

    public bool WritesFiles => options.Server is null;

    public async Task SendAsync(OutgoingMessage mail, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        using var message = Message(mail);
        if (options.Server is { } server)
        {
            await SendAsync(server, message, limit.Token);
        }
        else
        {
            await WriteAsync(mail.Id, message, limit.Token);
        }
    }

    private static async Task SendAsync(SmtpServer server, MimeMessage message, CancellationToken ct)
    {
        // Revocation lists are often out of reach, and then every mail would fail.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        await client.ConnectAsync(server.Host, server.Port, server.Security, ct);
        if (server.User is { } user)
        {
            await client.AuthenticateAsync(user, server.Password ?? "", ct);
        }

        var format = FormatOptions.Default.Clone();
        format.International = client.Capabilities.HasFlag(SmtpCapabilities.UTF8);
        await client.SendAsync(format, message, ct);
        await client.DisconnectAsync(quit: true, ct);
    }

    /// <summary>The file appears whole. A mail that is written twice has one file.</summary>
    private async Task WriteAsync(Guid id, MimeMessage message, CancellationToken ct)
    {
        var folder = Path.GetFullPath(options.Folder);
        PrivateFiles.CreateDirectory(folder);
        var (file, part) = (Path.Combine(folder, $"{id}.eml"), Path.Combine(folder, $"{id}.part"));
        var format = FormatOptions.Default.Clone();
        format.International = true;
        await using (var stream = PrivateFiles.Create(part))
        {
            await message.WriteToAsync(format, stream, ct);
        }

        File.Move(part, file, overwrite: true);
    }

    private MimeMessage Message(OutgoingMessage mail)
    {
        var from = MailOptions.Address(options.From);

        // A mail that is sent twice, because nobody heard of the first time, is known by its id.
        var message = new MimeMessage { Subject = mail.Subject, MessageId = $"{mail.Id}@{from.Domain}" };
        message.From.Add(from);
        message.To.Add(MailOptions.Address(mail.To));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody();
        return message;
    }
}
