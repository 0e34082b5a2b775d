using System.Threading.Channels;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Customers;

/// <summary>
/// Handles requests for the link of an order, one after the other and after they were answered, and mails the link to the buyer. Accepted
/// requests are handled before the process ends; a killed process forgets them, and the buyer asks again.
/// </summary>
internal sealed class OrderLookups(Db db, AccessKeys accessKeys, PublicUrl url, MailRequests requests, DroppedMails dropped,
    ILogger<OrderLookups> log) : BackgroundService
{
    private const int MaxWaiting = 1000;
    private const int Tries = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<Lookup> _waiting = Channel.CreateBounded<Lookup>(MaxWaiting);

    /// <summary>False while too many wait.</summary>
    public bool TryAdd(Lookup lookup) => _waiting.Writer.TryWrite(lookup);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var lookup in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            await LookAsync(lookup, stoppingToken);
        }
    }

    private async Task LookAsync(Lookup lookup, CancellationToken stopping)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await MailAsync(lookup);
                return;
            }
            catch (Exception e) when (tries < Tries && !stopping.IsCancellationRequested && db.IsUnavailable(e))
            {
                db.Note(log, e);
                await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                log.LogError(e, "The link to an order could not be mailed; whoever asked for it has to ask again");
                return;
            }
        }
    }

    private Task MailAsync(Lookup lookup) => OrderNumbers.Parse(lookup.Number) is { } number && Emails.TryKey(lookup.Email, out var key)
        ? MailAsync(lookup, number, key) : Task.CompletedTask;

    private Task MailAsync(Lookup lookup, string number, string key) => db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        var now = batch.Now();
        var found = batch.Query(
            "SELECT id, store_id, customer_email, is_guest, customer_id FROM orders WHERE number = $1 AND deleted_at IS NULL",
            r => (Id: r.Uuid(0), StoreId: r.Uuid(1), Email: r.Text(2), IsGuest: r.Bool(3), CustomerId: r.Uuid(4)), number);
        await batch.RunAsync();
        if (found.Rows is [{ IsGuest: true } order] && key == Emails.Key(order.Email)
            && await requests.CountAsync(tx, "order-lookup", key, $"order {order.Id}", isProved: false, lookup.Client, now.First))
        {
            // At most one a minute for an order: nobody's mailbox is filled by asking again and again.
            var once = $"order-lookup:{order.Id}:{now.First.Ticks / TimeSpan.TicksPerMinute}";
            var queued = Mails.Queue(batch, Write(once, order.Email, number, $"{url.Base}/orders/{order.Id}?key={accessKeys.For(order.Id)}",
                lookup.IsVietnamese)
                with
            { StoreId = order.StoreId, UserId = order.CustomerId }, now.First);
            await batch.RunAsync();
            dropped.Note(tx, queued, now.First);
        }
    });

    private static OutgoingMail Write(string key, string to, string number, string link, bool vietnamese)
    {
        var (subject, before, label, after) = vietnamese
            ? ($"Đơn hàng {number}",
                $"Xem đơn hàng {number} của bạn tại liên kết sau. Ai có liên kết này đều xem được đơn hàng, vì vậy đừng chia sẻ nó.",
                "Xem đơn hàng",
                "Nếu bạn không yêu cầu, hãy bỏ qua thư này.")
            : ($"Your order {number}", $"Your order {number} is at this link. Whoever has it can see the order, so keep it to yourself.",
                "See your order",
                "If you did not ask for this, ignore this mail.");
        return new EmailTemplate(vietnamese ? "vi" : "en").Title(subject).Say(before).Link(label, link).Say(after).To(to, key,
            subject) with
        { GoodFor = TimeSpan.FromHours(24) };
    }
}
