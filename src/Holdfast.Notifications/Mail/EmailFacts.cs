using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications.Mail;

/// <summary>What the messages of a batch are written from.</summary>
internal sealed class EmailFacts(
    AccessKeys accessKeys, PublicUrl url, NotificationOptions options, Dictionary<EventKey, Event> events, Dictionary<Guid, Buyer> buyers,
    Dictionary<Guid, ShopFacts> shops, DateTime now)
{
    /// <summary>The message with its words; null where there is nothing to tell any more: the order is erased, or its buyer.</summary>
    public OutgoingMessage? Write(OutgoingMessage message)
    {
        if (message.About is not { } about)
        {
            return message;
        }

        if (!events.TryGetValue(about, out var e) || !buyers.TryGetValue(e.Subject, out var buyer)
            || Announcements.Of(e) is not var (what, order)
            || Emails.IsOfClosed(buyer.Email) || !shops.TryGetValue(e.StoreId, out var shop))
        {
            return null;
        }

        if (message.Channel == "sms")
        {
            return Phones.Normalise(buyer.Phone) is not { } phone || !Phones.IsOf(phone, options.SmsCountries) ? null
                : message with { To = phone, Text = OrderTexts.Write(what, order, shop, accessKeys.Texted(e.Subject, buyer.Phone)) };
        }

        // A guest reads the order with its key; the mailbox is the one that ordered.
        var link = buyer.IsGuest ? $"{url.Base}/orders/{e.Subject}?key={accessKeys.For(e.Subject)}" : $"{url.Base}/orders/{e.Subject}";
        var unproved = buyer.IsProved ? null : new UnverifiedMailbox(
            $"{url.Base}/orders/{e.Subject}?confirm={accessKeys.Mailed(e.Subject, buyer.Email)}", TellsReason: e.Actor != "guest"
            && !e.Actor.StartsWith("customer:", StringComparison.Ordinal));
        var (subject, content) = OrderEmails.Write(what, order, shop, link, now, unproved);
        return message with { To = buyer.Email, Subject = subject, Text = content.Text, Html = content.Html };
    }
}
