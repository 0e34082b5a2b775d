using Holdfast.Identity.Core;
using Holdfast.Orders.Customers;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications;

/// <summary>
/// Anybody can place an order with somebody else's email. What such orders cause, until money or a used link shows that the mailbox is the
/// buyer's, is counted by recipient and by the address it came from, and beyond the limits of an hour nobody is told. The orders are not
/// concerned, nor is what comes of them later.
/// </summary>
internal static class StrangerMails
{
    private sealed record Stranger(Guid OrderId, long Mailbox, long? Phone, long? Client);

    /// <summary>The events of the batch that are told to nobody.</summary>
    public static async Task<HashSet<EventKey>> BeyondAsync(Tx tx, NotificationOptions options, DroppedMails dropped,
        IReadOnlyList<Event> events)
    {
        var caused = options.StrangersPerRecipient + options.StrangersPerClient == 0 ? [] : events.Where(IsCausedByStrangers).ToList();
        if (caused.Count == 0)
        {
            return [];
        }

        var strangers =
            (await tx.QueryAsync("SELECT o.id, o.customer_email, o.contact_phone, o.client_hash, u.email_proved_at, u.email FROM orders o "
            + "LEFT JOIN users u ON u.id = o.customer_id WHERE o.id {in $1} AND o.amount_paid = 0 AND NOT o.mailbox_proved",
            r => (Of: new Stranger(r.Uuid(0), BuyerHash.OfEmail(r.Text(1)), BuyerHash.OfPhone(r.Text(2)), r.LongOrNull(3)),
                IsProved: !r.IsNull(4) && Emails.Key(r.TextOrNull(5)) == Emails.Key(r.Text(1))), caused.Select(e => e.Subject).Distinct()
                .ToArray())).Where(s => !s.IsProved).ToDictionary(s => s.Of.OrderId, s => s.Of);
        if (strangers.Count == 0)
        {
            return [];
        }

        var now = await tx.NowAsync();
        var hour = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerHour), DateTimeKind.Utc);
        var hashes = strangers.Values.SelectMany(s => Keys(s).Select(k => k.Hash)).Distinct().ToArray();
        var counts = (await tx.QueryAsync("SELECT kind, hash, messages FROM stranger_mails WHERE hour = $1 AND hash {in $2}",
            r => (Key: (r.Text(0)[0], r.Long(1)), Messages: r.Int(2)), hour, hashes)).ToDictionary(c => c.Key, c => c.Messages);
        var (beyond, added) = (new HashSet<EventKey>(), new SortedDictionary<(char Kind, long Hash), int>());
        foreach (var e in caused)
        {
            if (!strangers.TryGetValue(e.Subject, out var stranger))
            {
                continue;
            }

            var keys = Keys(stranger).ToList();
            var full = keys.Where(k => Limit(options, k.Kind) is > 0 and var limit
                && counts.GetValueOrDefault(k) + added.GetValueOrDefault(k) >= limit).ToList();
            if (full.Count > 0)
            {
                dropped.Note(tx,
                    full[0].Kind == 'c' ? "that orders from one address cause" : "that strangers' orders cause to one recipient",
                    $"{full[0].Kind}{full[0].Hash}", $"order {e.Subject}", hour.AddHours(1));
                beyond.Add(new EventKey(e.Subject, e.Sequence));
                continue;
            }

            keys.ForEach(k => added[k] = added.GetValueOrDefault(k) + 1);
        }

        await SaveAsync(tx, added, hour);
        return beyond;
    }

    /// <summary>What the shop does automatically, such as a shipment, is not.</summary>
    private static bool IsCausedByStrangers(Event e) =>
        e.Type is "order.cancelled" or "order.expired"
        || (e.Type == "order.created" && (e.Actor == "guest" || e.Actor.StartsWith("customer:", StringComparison.Ordinal)));

    private static IEnumerable<(char Kind, long Hash)> Keys(Stranger stranger)
    {
        yield return ('t', stranger.Mailbox);
        if (stranger.Phone is { } phone)
        {
            yield return ('s', phone);
        }

        if (stranger.Client is { } client)
        {
            yield return ('c', client);
        }
    }

    private static int Limit(NotificationOptions options, char kind) => kind == 'c' ? options.StrangersPerClient
        : options.StrangersPerRecipient;

    private static async Task SaveAsync(Tx tx, SortedDictionary<(char Kind, long Hash), int> added, DateTime hour)
    {
        if (added.Count == 0)
        {
            return;
        }

        var rows = new RowSet("stranger_mails", new("kind", ColumnType.Text), new("hash", ColumnType.Long), new("hour", ColumnType.Time),
            new("messages", ColumnType.Int));
        foreach (var ((kind, hash), messages) in added)
        {
            rows.Add(kind.ToString()).Add(hash).Add(hour).Add(messages);
        }

        var batch = tx.Batch();
        batch.Insert(rows, "ON CONFLICT (kind, hash, hour) DO UPDATE SET messages = stranger_mails.messages + excluded.messages");
        batch.Execute("DELETE FROM stranger_mails WHERE hour < $1", hour);
        await batch.RunAsync();
    }
}
