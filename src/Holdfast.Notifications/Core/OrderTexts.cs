namespace Holdfast.Notifications.Core;

/// <summary>What a buyer is told by SMS: the little that matters at once.</summary>
public static class OrderTexts
{
    /// <summary>
    /// Whether it is told by SMS: a shipment, and an order on delivery that waits to be confirmed. An order that waits for money is not:
    /// anybody can place one, and each text costs the shop.
    /// </summary>
    public static bool Concerns(Announcement what, OrderEventData order) => what == Announcement.Shipped
        || (what == Announcement.Placed && order is { PaymentMethod: "cash_on_delivery", Status: "pending", ExpirationTime: not null });

    /// <summary>One short text, in the order's language, of which nothing is the buyer's.</summary>
    /// <param name="code">What confirms an order that waits for that.</param>
    public static string Write(Announcement what, OrderEventData o, ShopFacts shop, string code)
    {
        var vietnamese = o.Language == "vi";
        if (what == Announcement.Placed && o.ExpirationTime is { } end)
        {
            var (digits, until) = ($"{code[..4]} {code[4..]}", Moments.At(end, shop.TimeZone, o.Language));
            return vietnamese ? $"{shop.Name}: mã xác nhận đơn hàng #{o.Number} là {digits}, có giá trị trước {until}."
                : $"{shop.Name}: the code to confirm order #{o.Number} is {digits}, good until {until}.";
        }

        var tracking = o.Fulfilments.LastOrDefault(f => f.Kind == "shipment") is { TrackingNumber: { Length: > 0 } number } shipment
            ? $" {string.Join(' ', new[] { shipment.Carrier, number }.Where(t => !string.IsNullOrEmpty(t)))}." : "";
        return vietnamese ? $"{shop.Name}: đơn hàng #{o.Number} đang được giao.{tracking}"
            : $"{shop.Name}: order #{o.Number} is on its way.{tracking}";
    }
}
