using Holdfast.Notifications;
using Holdfast.Notifications.Mail;
using Holdfast.Notifications.Sms;
using Holdfast.Platform.Data;
using Holdfast.Webhooks;

namespace Holdfast.Configuration;

/// <summary>The settings of mails, of the links in them, and of pages on other sites.</summary>
public sealed partial record Settings
{
    /// <summary>What buyers are told about their orders.</summary>
    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>Where webhooks may go.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    private static NotificationOptions CheckedNotifications(IConfiguration source, bool limits)
    {
        var (url, token) = (Text(source, "SMS_URL"), Text(source, "SMS_TOKEN"));
        return token is not null && !token.All(c => c is > ' ' and <= '~')
            ? throw new StartupException("SMS_TOKEN: must be letters, digits and signs of ASCII without blanks: it goes into a header.")
            : url is null && token is not null ? throw new StartupException("SMS_TOKEN: has no effect without SMS_URL.")
            : url is not null && !IsWeb(url, out _)
            ? throw new StartupException("SMS_URL: must be an http or https address without a user.")
            : new NotificationOptions
            {
                OrderMails = Switch(source, "ORDER_MAILS", true),
                Sms = url is null ? null : new SmsGateway(new Uri(url), token),
                SmsCountries = Text(source, "SMS_COUNTRIES") is { } countries ? CheckedCountries(countries)
                    : new NotificationOptions().SmsCountries,
                StrangersPerRecipient = limits ? (int)Number(source, "STRANGER_MAILS_PER_RECIPIENT", 6, 0, 1_000_000) : 0,
                StrangersPerClient = limits ? (int)Number(source, "STRANGER_MAILS_PER_ADDRESS", 60, 0, 1_000_000) : 0,
            };
    }

    private static string[] CheckedCountries(string text)
    {
        var codes = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(c => c.TrimStart('+'))
            .ToArray();
        return codes.Length > 0 && codes.All(c => c.Length is >= 1 and <= 4 && c.All(char.IsAsciiDigit) && c[0] != '0') ? codes
            : throw new StartupException($"SMS_COUNTRIES: '{text}' must be calling codes such as +84, separated by commas.");
    }

    private static string CheckedPublicUrl(IConfiguration source, string urls) =>
        Text(source, "PUBLIC_URL") is not { } text ? FirstOf(urls)
        : IsWeb(text, out var url) && url.Query.Length == 0 && url.Fragment.Length == 0 ? text.TrimEnd('/')
        : throw new StartupException($"PUBLIC_URL: '{text}' is not an address such as https://shop.example.com.");

    /// <summary>The first address that this process listens on, as somebody on this machine would call it.</summary>
    private static string FirstOf(string urls)
    {
        var first = BindingAddress.Parse(urls.Split(';')[0].Trim());
        return $"http://{(first.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : first.Host)}:{first.Port}";
    }

    private static MailOptions CheckedMail(IConfiguration source, MailOptions otherwise)
    {
        var (smtp, from) = (Text(source, "SMTP_URL"), Text(source, "SMTP_FROM"));
        if (from is not null && !MailOptions.IsAddress(from))
        {
            throw new StartupException($"SMTP_FROM: '{from}' is not an address such as shop@example.com or \"Shop <shop@example.com>\".");
        }

        return smtp is null ? otherwise with { From = from ?? otherwise.From }
            : from is null ? throw new StartupException("SMTP_FROM: is needed with SMTP_URL: the address that mails come from.")
            : otherwise with { Server = CheckedServer(smtp), From = from };
    }

    private static SmtpServer CheckedServer(string text)
    {
        // The URL is not repeated in messages: it may hold a password.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("smtp" or "smtps") || url.Host.Length == 0
            || url.AbsolutePath.Length > 1)
        {
            throw new StartupException(
                "SMTP_URL: must be smtp://user:password@host:port, or smtps:// where the connection must be encrypted.");
        }

        if (url is { Port: SmtpServer.ImplicitTlsPort, Scheme: "smtp" })
        {
            throw new StartupException("SMTP_URL: connections to port 465 are encrypted from their first byte; write smtps://.");
        }

        var user = url.UserInfo.Split(':', 2);
        return new SmtpServer(url.Host, url.Port > 0 ? url.Port : url.Scheme == "smtps" ? 587 : 25, url.Scheme == "smtps",
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null, user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null);
    }

    private static List<string> CheckedOrigins(IConfiguration source)
    {
        var origins = (Text(source, "CORS_ORIGINS") ?? "").Split([',', ' '],
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var origin in origins)
        {
            if (!IsWeb(origin, out var url) || url.GetLeftPart(UriPartial.Authority) != origin.ToLowerInvariant())
            {
                throw new StartupException(
                    $"CORS_ORIGINS: '{origin}' is not an origin such as https://shop.example.com: a scheme, a host, perhaps a port, and "
                    + "nothing after.");
            }
        }

        // Browsers send the ASCII form of a host's name.
        return [.. origins.Select(o => IsWeb(o, out var url) && url.IdnHost != url.Host
            ? $"{url.Scheme}://{url.IdnHost}{(url.IsDefaultPort ? "" : $":{url.Port}")}" : o.ToLowerInvariant())];
    }

    private static bool IsWeb(string text, out Uri url) => Uri.TryCreate(text, UriKind.Absolute, out url!)
        && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;
}
