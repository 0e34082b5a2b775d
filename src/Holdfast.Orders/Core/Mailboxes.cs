namespace Holdfast.Orders.Core;

/// <summary>Which mailbox an email reaches: many spellings can be one person's.</summary>
public static class Mailboxes
{
    /// <summary>
    /// The email without the part from a plus sign on, which its owner may choose anew for each order. At Gmail the dots are left out, too, and both of
    /// its domains are one: its help pages say that they are the same mailbox. An email that is none stays as it is.
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
        return domain is "gmail.com" or "googlemail.com" ? $"{local.Replace(".", "", StringComparison.Ordinal)}@gmail.com" : $"{local}@{domain}";
    }
}
