using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications.Mail;

/// <summary>Reads what the words and the recipients of messages about events are made of, when they are about to be sent.</summary>
internal sealed class EmailComposer(Db db, AccessKeys accessKeys, PublicUrl url, NotificationOptions options)
{
    public async Task<EmailFacts> ReadAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken ct = default)
    {
        var about = messages.Where(m => m.About is not null).Select(m => m.About!.Value).Distinct().ToList();
        return about.Count == 0 ? new EmailFacts(accessKeys, url, options, [], [], [], default)
            : await db.ReadAsync(s => ReadAsync(s, about), ct);
    }

    private async Task<EmailFacts> ReadAsync(DbSession session, List<EventKey> about)
    {
        var subjects = about.Select(a => a.Subject).Distinct().ToArray();
        var batch = session.Batch();
        var buyers = batch.Query(
            "SELECT o.id, o.is_guest, o.customer_email, o.contact_phone, o.amount_paid > 0 OR o.mailbox_proved, u.email_proved_at, "
            + "u.email FROM orders o LEFT JOIN users u ON u.id = o.customer_id WHERE o.id {in $1}",
            r => new Buyer(r.Uuid(0), r.Bool(1), r.Text(2), r.Text(3), r.Bool(4)
            || (!r.IsNull(5) && Emails.Key(r.TextOrNull(6)) == Emails.Key(r.Text(2)))), subjects);
        var shops = batch.Query(
            "SELECT DISTINCT s.id, s.name, s.time_zone FROM stores s JOIN orders o ON o.store_id = s.id WHERE o.id {in $1}",
            r => (Id: r.Uuid(0), Facts: new ShopFacts(r.Text(1), r.Text(2))), subjects);
        var now = batch.Now();
        await batch.RunAsync();
        var events = await EventTable.LoadAsync(session, about);
        return new EmailFacts(accessKeys, url, options, events.ToDictionary(e => new EventKey(e.Subject, e.Sequence)),
            buyers.Rows.ToDictionary(o => o.OrderId),
            shops.Rows.ToDictionary(x => x.Id, x => x.Facts), now.First);
    }
}
