using Holdfast.Identity.Core;
using Holdfast.Orders.Core;

namespace Holdfast.Orders.Customers;

/// <summary>Hashes by which recipients and senders of messages are counted; nobody is found by them.</summary>
public static class BuyerHash
{
    /// <summary>The hash of the mailbox that an email reaches, however it is spelled.</summary>
    public static long OfEmail(string email) => BuyerFingerprints.OfMailbox(Mailboxes.Of(Emails.Key(email) ?? email));

    /// <summary>The hash of a phone; null if the phone identifies nobody.</summary>
    public static long? OfPhone(string phone) => BuyerFingerprints.OfPhone(phone);

    /// <summary>The hash of the address that a request came from.</summary>
    internal static long OfClient(string client) => BuyerFingerprints.OfMailbox($"client {client}");
}
