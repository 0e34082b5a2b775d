using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Holdfast.Platform.Mail;

/// <summary>
/// The content of a mail, written once and kept in two forms: plain text, and HTML that is readable at the width of a phone and carries its
/// styles inline, as mail programs require. All text is escaped.
/// </summary>
/// <param name="language"><c>vi</c> or <c>en</c>.</param>
/// <param name="shop">The name above everything; null: none.</param>
public sealed class EmailTemplate(string language, string? shop = null)
{
    private const string Font = "font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:16px;line-height:1.5;color:#1f2933";

    // Letters of every language stay as they are; what HTML gives a meaning to does not.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _html = new();

    /// <summary>The whole mail as plain text.</summary>
    public string Text => $"{_text}--\n{(shop is null ? "" : $"{shop}\n")}{Footer}\n";

    /// <summary>The whole mail as an HTML document.</summary>
    public string Html => $"""
        <!doctype html>
        <html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"></head>
        <body style="margin:0;padding:0;background:#f2f4f7">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7"><tr><td align="center" style="padding:16px 8px">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:8px;{Font}"><tr><td style="padding:24px;word-break:break-word">
        {(shop is null ? "" : $"<p style=\"margin:0 0 16px;font-weight:bold;color:#52606d\">{Encoder.Encode(shop)}</p>\n")}{_html}<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #e4e7eb;font-size:13px;color:#616e7c">{Encoder.Encode(Footer)}</p>
        </td></tr></table>
        </td></tr></table>
        </body></html>

        """;

    private string Footer => language == "vi" ? "Thư này được gửi tự động." : "This mail was sent automatically.";

    /// <summary>Adds the subject of the mail as a heading.</summary>
    public EmailTemplate Title(string title)
    {
        _text.Append(title).Append("\n\n");
        _html.Append("<h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.3\">").Append(Encoder.Encode(title)).Append("</h1>\n");
        return this;
    }

    /// <summary>Adds a paragraph. Its line ends are kept.</summary>
    public EmailTemplate Say(string paragraph)
    {
        _text.Append(paragraph).Append("\n\n");
        _html.Append("<p style=\"margin:0 0 16px\">").Append(string.Join("<br>", paragraph.Split('\n').Select(Encoder.Encode)))
            .Append("</p>\n");
        return this;
    }

    /// <summary>Adds a link: a button, and below it the address, for mail programs that show no button.</summary>
    public EmailTemplate Link(string label, string address)
    {
        _text.Append(label).Append(":\n").Append(address).Append("\n\n");
        var safe = Encoder.Encode(address);
        _html.Append("<p style=\"margin:0 0 8px\"><a href=\"").Append(safe)
            .Append("\" style=\"display:inline-block;padding:12px "
            + "20px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none;font-weight:bold\">")
            .Append(Encoder.Encode(label)).Append("</a></p>\n<p style=\"margin:0 0 16px;font-size:13px;word-break:break-all\"><a href=\"")
            .Append(safe)
            .Append("\" style=\"color:#52606d\">").Append(safe).Append("</a></p>\n");
        return this;
    }

    /// <summary>Adds goods, or the parts of a sum, below each other, with the amounts at the right.</summary>
    public EmailTemplate Rows(IEnumerable<EmailTemplateRow> rows)
    {
        _html.Append("<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin:0 0 16px;border-collapse:collapse;")
            .Append(Font).Append("\">\n");
        foreach (var (left, small, right, strong) in rows)
        {
            _text.Append(left).Append(": ").Append(right).Append('\n').Append(small is null ? "" : $"  {small}\n");
            var weight = strong ? ";font-weight:bold" : "";
            _html.Append("<tr><td style=\"padding:8px 8px 8px 0;border-top:1px solid #e4e7eb;vertical-align:top").Append(weight)
                .Append("\">").Append(Encoder.Encode(left))
                .Append(small is null ? "" : $"<br><span style=\"font-size:13px;color:#616e7c\">{Encoder.Encode(small)}</span>")
                .Append("</td><td align=\"right\" style=\"padding:8px 0;border-top:1px solid #e4e7eb;vertical-align:top;white-space:nowrap")
                .Append(weight).Append("\">")
                .Append(Encoder.Encode(right)).Append("</td></tr>\n");
        }

        _text.Append('\n');
        _html.Append("</table>\n");
        return this;
    }

    /// <summary>Returns the mail to one person.</summary>
    public OutgoingMail To(string recipient, string key, string subject) => new(key, recipient, subject, Text) { Html = Html };
}
