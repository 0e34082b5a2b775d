using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications;

/// <summary>
/// Queues what the buyers of orders are told: each step once, by the key of its event. The row names the event only; words and recipient
/// are added when it is sent, so that a rush of orders writes little, and nothing personal waits here. Other channels are further rows of
/// the same queue.
/// </summary>
internal sealed class NotificationsConsumer(NotificationOptions options, DroppedMails dropped) : IConsumer
{
    public const string Name = "notifications";

    string IConsumer.Name => Name;

    /// <summary>Queues what these events tell, with one statement.</summary>
    public async Task HandleAsync(Tx tx, IReadOnlyList<Event> events)
    {
        if (!options.OrderMails)
        {
            return;
        }

        var rows = new RowSet("mails", new("id", ColumnType.Uuid), new("key", ColumnType.Text), new("channel", ColumnType.Text),
            new("store_id", ColumnType.Uuid),
            new("recipient", ColumnType.Text), new("subject", ColumnType.Text), new("text", ColumnType.Text),
            new("attempts", ColumnType.Int),
            new("next_attempt_at", ColumnType.Time), new("expires_at", ColumnType.Time), new("created_at", ColumnType.Time),
            new("about_subject", ColumnType.Uuid),
            new("about_sequence", ColumnType.Int));
        var unsaid = await StrangerMails.BeyondAsync(tx, options, dropped, events);
        foreach (var e in events.Where(e => !unsaid.Contains(new EventKey(e.Subject, e.Sequence))))
        {
            if (options.Sms is null && Announcements.Always(e.Type))
            {
                // In a rush nearly all are of these: they need not be read.
                Add(rows, e, Key(e), "mail", null);
            }
            else if (Announcements.Of(e) is var (what, order))
            {
                Add(rows, e, what, order);
            }
        }

        var batch = tx.Batch();
        batch.Insert(rows, "ON CONFLICT (key) DO NOTHING");
        await batch.RunAsync();
    }

    private void Add(RowSet rows, Event e, Announcement what, OrderEventData order)
    {
        var key = Key(e);
        Add(rows, e, key, "mail", null);
        if (options.Sms is not null && OrderTexts.Concerns(what, order) && Phones.Normalise(order.ContactPhone) is { } phone
            && Phones.IsOf(phone, options.SmsCountries))
        {
            // A text that is late is worse than none: it would ask for money that nobody takes any more.
            Add(rows, e, $"sms:{key}", "sms", what == Announcement.Placed ? order.ExpirationTime : e.OccurredAt + TimeSpan.FromDays(1));
        }
    }

    private static string Key(Event e) => $"{e.Type}:{e.Subject}:{e.Sequence}";

    // The event's own time: nothing is asked of the database, and what belongs to one order stays in its order. Nobody's address: it is the
    // order's when it is sent.
    private static void Add(RowSet rows, Event e, string key, string channel, DateTime? expires) =>
        rows.Add(Guid.CreateVersion7()).Add(key).Add(channel)
        .Add(e.StoreId).Add("").Add("").Add("").Add(0).Add(e.OccurredAt).Add(expires).Add(e.OccurredAt).Add(e.Subject).Add(e.Sequence);
}
