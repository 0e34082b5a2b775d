using Holdfast.Identity;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;

namespace Holdfast.Notifications;

/// <summary>Writes the words and the recipients of messages about events, when they are about to be sent.</summary>
internal sealed class Letters(Db db, AccessKeys accessKeys, PublicUrl url)
{
    private sealed record Buyer(Guid OrderId, bool IsGuest, string Email, string Phone);

    private sealed record Facts(Dictionary<EventKey, Event> Events, Dictionary<Guid, Buyer> Buyers, Dictionary<Guid, ShopFacts> Shops, DateTime Now);

    /// <summary>The messages with their words, in order; without those of which there is nothing to tell any more (the order is erased, or its buyer).</summary>
    public async Task<List<Outgoing>> WriteAsync(IReadOnlyList<Outgoing> messages)
    {
        var about = messages.Where(m => m.About is not null).Select(m => m.About!.Value).Distinct().ToList();
        if (about.Count == 0)
        {
            return [.. messages];
        }

        var facts = await ReadAsync(about).ConfigureAwait(false);
        return [.. messages.Select(m => m.About is null ? m : Write(m, facts)).OfType<Outgoing>()];
    }

    private Task<Facts> ReadAsync(List<EventKey> about) => db.ReadAsync(async s =>
    {
        var subjects = about.Select(a => a.Subject).Distinct().ToArray();
        var batch = s.Batch();
        var buyers = batch.Query("SELECT id, is_guest, customer_email, contact_phone FROM orders WHERE id {in $1}", r => new Buyer(r.Uuid(0), r.Bool(1), r.Text(2), r.Text(3)), subjects);
        var shops = batch.Query("SELECT DISTINCT s.id, s.name, s.time_zone FROM stores s JOIN orders o ON o.store_id = s.id WHERE o.id {in $1}",
            r => (Id: r.Uuid(0), Facts: new ShopFacts(r.Text(1), r.Text(2))), subjects);
        var now = batch.Now();
        await batch.RunAsync().ConfigureAwait(false);
        var events = await EventRows.LoadAsync(s, about).ConfigureAwait(false);
        return new Facts(events.ToDictionary(e => new EventKey(e.Subject, e.Sequence)), buyers.Rows.ToDictionary(o => o.OrderId),
            shops.Rows.ToDictionary(x => x.Id, x => x.Facts), now.First);
    });

    private Outgoing? Write(Outgoing message, Facts facts)
    {
        if (!facts.Events.TryGetValue(message.About!.Value, out var e) || !facts.Buyers.TryGetValue(e.Subject, out var buyer) || Announcements.Of(e) is not var (what, told)
            || Emails.IsOfClosed(buyer.Email) || !facts.Shops.TryGetValue(e.StoreId, out var shop))
        {
            return null;
        }

        if (message.Channel == "sms")
        {
            return Phones.Normalise(buyer.Phone) is not { } phone ? null : message with { To = phone, Text = OrderTexts.Write(what, told, shop) };
        }

        // A guest reads the order with its key; the mailbox is the one that ordered.
        var link = buyer.IsGuest ? $"{url.Base}/orders/{e.Subject}?key={accessKeys.For(e.Subject)}" : $"{url.Base}/orders/{e.Subject}";
        var (subject, letter) = OrderLetters.Write(what, told, shop, link, facts.Now);
        return message with { To = buyer.Email, Subject = subject, Text = letter.Text, Html = letter.Html };
    }
}
