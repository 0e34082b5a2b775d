using System.Text;
using MimeKit;

namespace Holdfast.Tests.Notifications;

/// <summary>A mail as its reader sees it, from what came over the wire.</summary>
public sealed record Mailed(string To, string Subject, string Text, string Html, string Raw)
{
    public static Mailed Read(string raw)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(raw));
        using var message = MimeMessage.Load(stream);
        return new Mailed(message.To.ToString(), message.Subject ?? "", message.TextBody ?? "", message.HtmlBody ?? "", raw);
    }
}
