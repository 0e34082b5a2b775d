namespace Holdfast.Orders.Core;

/// <summary>Which mailbox an email reaches: many spellings can be one person's.</summary>
public static class Mailboxes
{
    /// <summary>
    /// The email without the part from the plus sign on, since its owner can choose another one for each order. Gmail ignores dots, and its
    /// two domains are one mailbox, as its help pages say: such emails are folded as well. A text that is no email is returned unchanged.
    /// </summary>
    /// <param name="emailKey">Normalised, in lower case.</param>
    public static string Of(string emailKey)
    {
        var at = emailKey.LastIndexOf('@');
        if (at <= 0)
        {
            return emailKey;
        }

        var (local, domain) = (emailKey[..at], emailKey[(at + 1)..]);
        var tag = local.IndexOf('+', StringComparison.Ordinal);
        local = tag > 0 ? local[..tag] : local;
        return domain is "gmail.com" or "googlemail.com" ? $"{local.Replace(".", "", StringComparison.Ordinal)}@gmail.com"
            : $"{local}@{domain}";
    }
}
