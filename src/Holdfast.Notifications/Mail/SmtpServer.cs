using MailKit.Security;

namespace Holdfast.Notifications.Mail;

/// <summary>
/// A mail server. With <paramref name="Tls"/> the connection must become encrypted before anything is sent: from its first byte at port
/// 465, by STARTTLS at any other (RFC 8314).
/// </summary>
public sealed record SmtpServer(string Host, int Port, bool Tls, string? User, string? Password)
{
    /// <summary>The port where a connection is encrypted from its first byte.</summary>
    public const int ImplicitTlsPort = 465;

    /// <summary>Whether it is encrypted from its first byte, where it is encrypted at all.</summary>
    public bool ImplicitTls { get; init; } = Port == ImplicitTlsPort;

    internal SecureSocketOptions Security => !Tls ? SecureSocketOptions.None
        : ImplicitTls ? SecureSocketOptions.SslOnConnect
        : SecureSocketOptions.StartTls;

    // A record would show its members, and so the password.
    public override string ToString() => $"{Host}:{Port}";
}
