using Holdfast.Identity;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;

namespace Holdfast.Orders;

/// <summary>
/// POST /orders/lookup: a guest who has lost the access key gets it again by mail, where number and email are those of an order. The answer is the
/// same where they are not.
/// </summary>
internal sealed class LookUpOrder(Db db, AccessKeys accessKeys, PublicUrl url)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync().ConfigureAwait(false);
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var number = body.Value.Text("number", 40);
        var email = body.Value.Text("email", Emails.MaxLength);
        if (body.Value.Done() is { } error)
        {
            return error;
        }

        await db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            var now = batch.Now();
            var found = batch.Query("SELECT id, store_id, customer_email, is_guest, customer_id FROM orders WHERE number = $1 AND deleted_at IS NULL",
                r => (Id: r.Uuid(0), StoreId: r.Uuid(1), Email: r.Text(2), IsGuest: r.Bool(3), CustomerId: r.Uuid(4)), OrderNumbers.Parse(number) ?? "");
            await batch.RunAsync().ConfigureAwait(false);
            if (found.Rows is [{ IsGuest: true } order] && Emails.TryKey(email, out var key) && key == Emails.Key(order.Email))
            {
                // At most one a minute for an order: nobody's mailbox is filled by asking again and again.
                var once = $"order-lookup:{order.Id}:{now.First.Ticks / TimeSpan.TicksPerMinute}";
                Mails.Queue(batch, Write(once, order.Email, OrderNumbers.Parse(number)!, $"{url.Base}/orders/{order.Id}?key={accessKeys.For(order.Id)}", request.IsVietnamese)
                    with { StoreId = order.StoreId, UserId = order.CustomerId }, now.First);
                await batch.RunAsync().ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        return Reply.Accepted();
    }

    private static Mail Write(string key, string to, string number, string link, bool vietnamese)
    {
        var (subject, before, label, after) = vietnamese
            ? ($"Đơn hàng {number}", $"Xem đơn hàng {number} của bạn tại liên kết sau. Ai có liên kết này đều xem được đơn hàng, vì vậy đừng chia sẻ nó.", "Xem đơn hàng",
                "Nếu bạn không yêu cầu, hãy bỏ qua thư này.")
            : ($"Your order {number}", $"Your order {number} is at this link. Whoever has it can see the order, so keep it to yourself.", "See your order",
                "If you did not ask for this, ignore this mail.");
        return new Letter(vietnamese ? "vi" : "en").Title(subject).Say(before).Link(label, link).Say(after).To(to, key, subject) with { GoodFor = TimeSpan.FromHours(24) };
    }
}
