namespace Holdfast.Notifications.Core;

/// <summary>What a buyer is told by SMS: the little that matters at once.</summary>
public static class OrderTexts
{
    /// <summary>Whether it is told by SMS: an order that waits for its money, and a shipment.</summary>
    public static bool Concerns(Announcement what, ToldOrder order) => what == Announcement.Shipped || (what == Announcement.Placed && order is { ExpirationTime: not null, Open: > 0 });

    /// <summary>One short text, in the order's language.</summary>
    public static string Write(Announcement what, ToldOrder o, ShopFacts shop)
    {
        var vietnamese = o.Language == "vi";
        if (what == Announcement.Placed && o.ExpirationTime is { } end)
        {
            var (sum, until) = (Amounts.Format(o.Open, o.Currency, o.Language), Moments.At(end, shop.TimeZone, o.Language));
            return vietnamese ? $"{shop.Name}: đơn hàng #{o.Number}, vui lòng thanh toán {sum} trước {until}."
                : $"{shop.Name}: order #{o.Number}, please pay {sum} before {until}.";
        }

        var tracking = o.Fulfilments.LastOrDefault(f => f.Kind == "shipment") is { TrackingNumber: { Length: > 0 } number } shipment
            ? $" {string.Join(' ', new[] { shipment.Carrier, number }.Where(t => !string.IsNullOrEmpty(t)))}." : "";
        return vietnamese ? $"{shop.Name}: đơn hàng #{o.Number} đang được giao.{tracking}" : $"{shop.Name}: order #{o.Number} is on its way.{tracking}";
    }
}
