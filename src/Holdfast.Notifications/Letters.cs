using Holdfast.Identity;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;

namespace Holdfast.Notifications;

/// <summary>Reads what the words and the recipients of messages about events are made of, when they are about to be sent.</summary>
internal sealed class Letters(Db db, AccessKeys accessKeys, PublicUrl url)
{
    public async Task<LetterFacts> ReadAsync(IReadOnlyList<Outgoing> messages, CancellationToken ct = default)
    {
        var about = messages.Where(m => m.About is not null).Select(m => m.About!.Value).Distinct().ToList();
        return about.Count == 0 ? new LetterFacts(accessKeys, url, [], [], [], default) : await db.ReadAsync(s => ReadAsync(s, about), ct).ConfigureAwait(false);
    }

    private async Task<LetterFacts> ReadAsync(Session session, List<EventKey> about)
    {
        var subjects = about.Select(a => a.Subject).Distinct().ToArray();
        var batch = session.Batch();
        var buyers = batch.Query("SELECT id, is_guest, customer_email, contact_phone FROM orders WHERE id {in $1}", r => new Buyer(r.Uuid(0), r.Bool(1), r.Text(2), r.Text(3)), subjects);
        var shops = batch.Query("SELECT DISTINCT s.id, s.name, s.time_zone FROM stores s JOIN orders o ON o.store_id = s.id WHERE o.id {in $1}",
            r => (Id: r.Uuid(0), Facts: new ShopFacts(r.Text(1), r.Text(2))), subjects);
        var now = batch.Now();
        await batch.RunAsync().ConfigureAwait(false);
        var events = await EventRows.LoadAsync(session, about).ConfigureAwait(false);
        return new LetterFacts(accessKeys, url, events.ToDictionary(e => new EventKey(e.Subject, e.Sequence)), buyers.Rows.ToDictionary(o => o.OrderId),
            shops.Rows.ToDictionary(x => x.Id, x => x.Facts), now.First);
    }
}

/// <summary>Whom an order's messages go to.</summary>
internal sealed record Buyer(Guid OrderId, bool IsGuest, string Email, string Phone);

/// <summary>What the messages of a batch are written from.</summary>
internal sealed class LetterFacts(
    AccessKeys accessKeys, PublicUrl url, Dictionary<EventKey, Event> events, Dictionary<Guid, Buyer> buyers, Dictionary<Guid, ShopFacts> shops, DateTime now)
{
    /// <summary>The message with its words; null where there is nothing to tell any more: the order is erased, or its buyer.</summary>
    public Outgoing? Write(Outgoing message)
    {
        if (message.About is not { } about)
        {
            return message;
        }

        if (!events.TryGetValue(about, out var e) || !buyers.TryGetValue(e.Subject, out var buyer) || Announcements.Of(e) is not var (what, told)
            || Emails.IsOfClosed(buyer.Email) || !shops.TryGetValue(e.StoreId, out var shop))
        {
            return null;
        }

        if (message.Channel == "sms")
        {
            return Phones.Normalise(buyer.Phone) is not { } phone ? null : message with { To = phone, Text = OrderTexts.Write(what, told, shop) };
        }

        // A guest reads the order with its key; the mailbox is the one that ordered.
        var link = buyer.IsGuest ? $"{url.Base}/orders/{e.Subject}?key={accessKeys.For(e.Subject)}" : $"{url.Base}/orders/{e.Subject}";
        var (subject, letter) = OrderLetters.Write(what, told, shop, link, now);
        return message with { To = buyer.Email, Subject = subject, Text = letter.Text, Html = letter.Html };
    }
}
