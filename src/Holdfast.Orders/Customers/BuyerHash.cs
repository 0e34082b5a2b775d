using Holdfast.Identity.Core;
using Holdfast.Orders.Core;

namespace Holdfast.Orders.Customers;

/// <summary>Hashes by which recipients and senders of messages are counted; nobody is found by them.</summary>
public static class BuyerHash
{
    /// <summary>Of the mailbox that an email reaches, however it is spelled.</summary>
    public static long OfEmail(string email) => BuyerFingerprints.OfMailbox(Mailboxes.Of(Emails.Key(email) ?? email));

    /// <summary>Null where the phone says nothing of anybody.</summary>
    public static long? OfPhone(string phone) => BuyerFingerprints.OfPhone(phone);

    /// <summary>Of the address that a request came from.</summary>
    internal static long OfClient(string client) => BuyerFingerprints.OfMailbox($"client {client}");
}
