using System.Text.Json;
using Holdfast.Platform.Mail;

namespace Holdfast.Notifications.Core;

/// <summary>The mails to the buyer of an order, in the order's language.</summary>
public static class OrderEmails
{
    /// <param name="link">Where the buyer sees the order; null: nowhere.</param>
    /// <param name="now">UTC: what is over by now is not announced as still to come.</param>
    /// <param name="unproved">Without the buyer's name, address and words; null: the mailbox is the buyer's.</param>
    public static EmailContent Write(Announcement what, OrderEventData order, ShopFacts shop, string? link, DateTime now,
        UnverifiedMailbox? unproved = null)
    {
        var (subject, said) = Words(what, order, shop, now, unproved is not { TellsReason: false });
        var template = new EmailTemplate(order.Language, shop.Name).Title(subject).Say(Greeting(order, unproved is null));
        foreach (var paragraph in said)
        {
            template.Say(paragraph);
        }

        if (what == Announcement.Placed && unproved?.ConfirmLink is { } confirm && Waits(order, now))
        {
            template.Link(Say(order, "Xác nhận đơn hàng", "Confirm the order"), confirm);
        }

        if (link is not null && what != Announcement.Refunded)
        {
            template.Link(Say(order, "Xem đơn hàng", "See your order"), link);
        }

        if (what is Announcement.Placed or Announcement.Shipped)
        {
            template.Rows(what == Announcement.Placed ? Goods(order) : Shipment(order));
        }

        if (what == Announcement.Placed)
        {
            template.Rows(Sums(order));
        }

        if (unproved is null && what is Announcement.Placed or Announcement.Shipped && Address(order) is { Length: > 0 } address)
        {
            template.Say($"{Say(order, "Giao đến", "Delivery address")}:\n{address}");
        }

        return new EmailContent(subject, template);
    }

    private static (string Subject, List<string> Said) Words(Announcement what, OrderEventData o, ShopFacts shop, DateTime now,
        bool tellsReason) => what switch
        {
            Announcement.Placed => (Say(o, $"Xác nhận đơn hàng #{o.Number}", $"Order confirmation #{o.Number}"),
                [Say(o, "Cảm ơn bạn đã đặt hàng. Chúng tôi đã nhận được đơn hàng của bạn.", "Thank you: we have received your order."),
            .. Paying(o, shop, now)]),
            Announcement.Paid => (Say(o, $"Đã nhận thanh toán cho đơn hàng #{o.Number}", $"Payment received for order #{o.Number}"),
                [Say(o, $"Chúng tôi đã nhận đủ {Sum(o, o.Total)}. Đơn hàng của bạn đang được chuẩn bị.",
            $"We have received {Sum(o, o.Total)} in full and are preparing your order.")]),
            Announcement.PaidAfterAll => (Say(o, $"Đã nhận thanh toán cho đơn hàng #{o.Number}", $"Payment received for order #{o.Number}"),
                [Say(o, $"Khoản thanh toán {Sum(o, o.Total)} đến sau khi đơn hàng hết hạn, nhưng hàng vẫn còn: đơn hàng của bạn được tiếp "
                + "tục.",
                $"Your payment of {Sum(o, o.Total)} arrived after the order had expired, but everything was still there: your order goes "
                + "ahead.")]),
            Announcement.PaidInVain =>
                (Say(o, $"Khoản thanh toán cho đơn hàng #{o.Number} sẽ được hoàn lại",
                $"Your payment for order #{o.Number} will be returned"),
                [Say(o, "Khoản thanh toán của bạn đến khi đơn hàng đã kết thúc và không thể tiếp tục.",
            "Your payment arrived when the order was over and could not go ahead."), .. Due(o)]),
            Announcement.Confirmed => (Say(o, $"Đơn hàng #{o.Number} đã được xác nhận", $"Order #{o.Number} is confirmed"),
                [Say(o, "Cửa hàng đã xác nhận đơn hàng của bạn và đang chuẩn bị hàng.",
            "The shop has confirmed your order and is preparing it.")]),
            Announcement.Cancelled => (Say(o, $"Đơn hàng #{o.Number} đã bị hủy", $"Order #{o.Number} was cancelled"),
                [Say(o, "Đơn hàng của bạn đã bị hủy.", "Your order was cancelled."), .. tellsReason ? Because(o) : [], .. Due(o)]),
            Announcement.LinesCancelled =>
                (Say(o, $"Một phần đơn hàng #{o.Number} đã bị hủy", $"A part of order #{o.Number} was cancelled"),
                [Say(o, "Rất tiếc, một số mặt hàng trong đơn hàng của bạn đã bị hủy. Phần còn lại vẫn được giao.",
                "We are sorry: some of the goods of your order were cancelled. You get the others."), .. tellsReason ? Because(o)
                : [], .. Due(o)]),
            Announcement.Undelivered => (Say(o, $"Đơn hàng #{o.Number} không giao được", $"Order #{o.Number} could not be delivered"),
                [Say(o, "Một kiện hàng của bạn đã không giao được và không được tính tiền.",
                "A parcel of yours could not be delivered, and you do not pay for it."), .. Due(o)]),
            Announcement.Expired => (Say(o, $"Đơn hàng #{o.Number} đã hết hạn", $"Order #{o.Number} has expired"),
                [o.PaymentMethod == "cash_on_delivery"
            ? Say(o, "Đơn hàng không được xác nhận kịp nên chúng tôi không giữ hàng nữa. Bạn có thể đặt lại bất cứ lúc nào.",
                "Nobody confirmed the order in time, so the goods are no longer held for you. You are welcome to order again.")
                : Say(o, "Thời gian thanh toán đã hết nên chúng tôi không giữ hàng nữa. Bạn có thể đặt lại bất cứ lúc nào.",
                "The time to pay is over, so the goods are no longer held for you. You are welcome to order again."), .. Due(o)]),
            Announcement.Shipped => o.Status == "partially_shipped"
                ? (Say(o, $"Một phần đơn hàng #{o.Number} đang được giao", $"A part of order #{o.Number} is on its way"),
                    [Say(o, "Một phần đơn hàng của bạn đã được gửi đi. Phần còn lại sẽ được gửi sau.",
                "A part of your order has left us. The rest follows."), .. Tracking(o)])
                : (Say(o, $"Đơn hàng #{o.Number} đang được giao", $"Order #{o.Number} is on its way"),
                    [Say(o, "Đơn hàng của bạn đã được gửi đi.", "Your order has left us."), .. Tracking(o)]),
            Announcement.Delivered => (Say(o, $"Đơn hàng #{o.Number} đã được giao", $"Order #{o.Number} was delivered"),
                [Say(o, "Đơn hàng của bạn đã được giao. Cảm ơn bạn đã mua hàng.",
            "Your order was delivered. Thank you for shopping with us.")]),
            Announcement.Refunded => (Say(o, $"Hoàn tiền cho đơn hàng #{o.Number}", $"Refund for order #{o.Number}"), Returned(o)),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "has no letter"),
        };

    /// <summary>Whether it waits for its buyer to say that they mean it.</summary>
    private static bool Waits(OrderEventData o, DateTime now) => o is { PaymentMethod: "cash_on_delivery", Status: "pending" }
        && o.ExpirationTime > now;

    private static string Greeting(OrderEventData o, bool isNamed) => isNamed && o.Customer.Name is { Length: > 0 } typed
        && SafeText.Of(typed) is var name ? Say(o, $"Xin chào {name},", $"Dear {name},") : Say(o, "Xin chào,", "Hello,");

    /// <summary>What is left to pay, how, and how long there is for it.</summary>
    private static IEnumerable<string> Paying(OrderEventData o, ShopFacts shop, DateTime now)
    {
        if (o.Open == 0)
        {
            yield return Say(o, "Bạn không cần thanh toán thêm.", "There is nothing left to pay.");
        }
        else if (o.PaymentMethod == "cash_on_delivery")
        {
            yield return Say(o, $"Bạn thanh toán {Sum(o, o.Open)} khi nhận hàng.", $"You pay {Sum(o, o.Open)} on delivery.");
            if (Waits(o, now))
            {
                var until = Moments.At(o.ExpirationTime!.Value, shop.TimeZone, o.Language);
                yield return Say(o,
                    $"Vui lòng xác nhận đơn hàng trước {until}, nếu không đơn hàng sẽ hết hạn. Nếu bạn không đặt hàng, hãy bỏ qua thư này.",
                    $"Please confirm the order before {until}, or it expires. If you have not ordered anything, ignore this mail.");
            }
        }
        else if (o.ExpirationTime is { } end && end > now)
        {
            var (left, until) = (Moments.Span(end - now, o.Language), Moments.At(end, shop.TimeZone, o.Language));
            yield return o.PaymentMethod == "bank_transfer"
                ? Say(o, $"Vui lòng chuyển khoản {Sum(o, o.Open)} trong vòng {left}, trước {until}. Ghi số đơn hàng {o.Number} trong nội "
                + "dung chuyển khoản.",
                    $"Please transfer {Sum(o, o.Open)} within {left}, before {until}. State the order number {o.Number} with the transfer.")
                : Say(o, $"Vui lòng thanh toán {Sum(o, o.Open)} trong vòng {left}, trước {until}. Sau đó hàng không còn được giữ cho bạn.",
                    $"Please pay {Sum(o, o.Open)} within {left}, before {until}. After that the goods are no longer held for you.");
        }
    }

    /// <summary>Why it was cancelled, in words: a code is of no use to the buyer.</summary>
    private static IEnumerable<string> Because(OrderEventData o) => o.Before.Reason switch
    {
        null or "" => [],
        "reservation_refused" =>
            [Say(o, "Rất tiếc, một số mặt hàng không còn nữa.", "We are sorry: some of the goods can no longer be had.")],
        var reason when IsCode(reason) => [],
        var reason => [$"{Say(o, "Lý do", "Reason")}: {SafeText.Of(reason)}"],
    };

    private static bool IsCode(string reason) => reason.Any(c => c is '_' or '.' or ':')
        && reason.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '-');

    private static IEnumerable<string> Due(OrderEventData o) =>
        o.RefundDue > 0 ? [Say(o, $"Chúng tôi sẽ hoàn lại {Sum(o, o.RefundDue)} cho bạn.", $"We will return {Sum(o, o.RefundDue)} to you.")]
        : [];

    private static List<string> Returned(OrderEventData o)
    {
        var now = o.AmountRefunded - o.Before.PreviousAmountRefunded;
        List<string> said =
            [Say(o, $"Chúng tôi đã hoàn lại {Sum(o, now)} cho bạn. Tùy ngân hàng, có thể mất vài ngày để tiền về đến tài khoản.",
            $"We have returned {Sum(o, now)} to you. Depending on your bank it may take some days to arrive.")];
        if (o.AmountRefunded > now)
        {
            said.Add(Say(o, $"Tổng cộng đã hoàn lại: {Sum(o, o.AmountRefunded)}.", $"Returned in all: {Sum(o, o.AmountRefunded)}."));
        }

        return said;
    }

    private static IEnumerable<string> Tracking(OrderEventData o)
    {
        var shipment = o.Fulfilments.LastOrDefault(f => f.Kind == "shipment");
        List<string> said = [];
        if (shipment?.Carrier is { Length: > 0 } carrier)
        {
            said.Add($"{Say(o, "Đơn vị vận chuyển", "Carrier")}: {carrier}");
        }

        if (shipment?.TrackingNumber is { Length: > 0 } number)
        {
            said.Add($"{Say(o, "Mã vận đơn", "Tracking number")}: {number}");
        }

        return said.Count == 0 ? said : [string.Join('\n', said)];
    }

    private static IEnumerable<EmailTemplateRow> Goods(OrderEventData o) => o.Lines.Select(l =>
        new EmailTemplateRow(l.ProductName, $"{l.Sku} · {Amounts.Count(l.Quantity, o.Language)} × {Sum(o, l.UnitPrice)}",
        Sum(o, l.LineTotal)));

    private static IEnumerable<EmailTemplateRow> Shipment(OrderEventData o) =>
        (o.Fulfilments.LastOrDefault(f => f.Kind == "shipment")?.Lines ?? [])
        .Join(o.Lines, p => p.VariantId, l => l.VariantId,
        (p, l) => new EmailTemplateRow(l.ProductName, l.Sku, $"× {Amounts.Count(p.Quantity, o.Language)}"));

    private static IEnumerable<EmailTemplateRow> Sums(OrderEventData o)
    {
        yield return new EmailTemplateRow(Say(o, "Tạm tính", "Subtotal"), null, Sum(o, o.Subtotal));
        foreach (var (code, amount) in o.Discounts.Count > 0 ? o.Discounts
            : [new OrderEventDiscount(o.DiscountCode ?? "", o.DiscountAmount)])
        {
            if (amount > 0)
            {
                yield return new EmailTemplateRow(Say(o, "Giảm giá", "Discount"), code, Sum(o, -amount));
            }
        }

        yield return new EmailTemplateRow(Say(o, "Phí vận chuyển", "Shipping"), null, o.ShippingFee == 0 ? Say(o, "Miễn phí", "Free")
            : Sum(o, o.ShippingFee));
        if (o.TaxAmount > 0)
        {
            yield return new EmailTemplateRow(o.TaxIncluded ? Say(o, "Đã bao gồm thuế", "Tax included")
                : Say(o, "Thuế", "Tax"), null, Sum(o, o.TaxAmount));
        }

        if (o.PointsDiscountPrice > 0)
        {
            yield return new EmailTemplateRow(Say(o, "Điểm thưởng", "Points"),
                Say(o, $"{Amounts.Count(o.RedeemedPoints, "vi")} điểm", $"{Amounts.Count(o.RedeemedPoints, "en")} points"),
                Sum(o, -o.PointsDiscountPrice));
        }

        yield return new EmailTemplateRow(Say(o, "Tổng cộng", "Total"), null, Sum(o, o.Total), Strong: true);
    }

    private static string Address(OrderEventData o)
    {
        if (o.DeliveryAddress.ValueKind == JsonValueKind.String)
        {
            return SafeText.Of(o.DeliveryAddress.GetString()!);
        }

        return o.DeliveryAddress.ValueKind != JsonValueKind.Object ? ""
            : SafeText.Of(
            string.Join('\n', o.DeliveryAddress.EnumerateObject().Select(p => p.Value.GetString())
            .Where(line => !string.IsNullOrEmpty(line))));
    }

    private static string Sum(OrderEventData o, long amount) => Amounts.Format(amount, o.Currency, o.Language);

    private static string Say(OrderEventData o, string vietnamese, string english) => o.Language == "vi" ? vietnamese : english;
}
