using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Tests.Notifications;

/// <summary>What buyers are told, and in which words, without a database.</summary>
public sealed class LetterTests
{
    private static readonly DateTime Now = new(2026, 11, 20, 8, 0, 0, DateTimeKind.Utc);
    private static readonly ShopFacts Shop = new("Tiệm <An> & Bình", "Asia/Ho_Chi_Minh");

    [Theory]
    [InlineData(1_250_000, "VND", "vi", "1.250.000 ₫")]
    [InlineData(1_250_000, "VND", "en", "1.250.000 ₫")]
    [InlineData(0, "VND", "vi", "0 ₫")]
    [InlineData(999, "VND", "vi", "999 ₫")]
    [InlineData(-5_000, "VND", "vi", "-5.000 ₫")]
    [InlineData(1250, "USD", "en", "$12.50")]
    [InlineData(1250, "USD", "vi", "$12.50")]
    [InlineData(123_456_789, "USD", "en", "$1,234,567.89")]
    [InlineData(5, "USD", "en", "$0.05")]
    [InlineData(-1250, "USD", "en", "-$12.50")]
    [InlineData(123_456, "BRL", "en", "R$ 1.234,56")]
    [InlineData(1250, "EUR", "en", "€12.50")]
    [InlineData(1250, "EUR", "vi", "12,50 €")]
    [InlineData(1250, "JPY", "en", "¥1,250")]
    [InlineData(1_234_567, "KWD", "en", "KWD 1,234.567")]
    [InlineData(1_234_567, "KWD", "vi", "1.234,567 KWD")]
    [InlineData(long.MinValue, "USD", "en", "-$92,233,720,368,547,758.08")]
    public void Amounts_have_the_currencys_form(long amount, string currency, string language, string expected) =>
        Assert.Equal(expected, Amounts.Format(amount, currency, language));

    [Theory]
    [InlineData("+84 90 000 0000", "+84900000000")]
    [InlineData("0084-90.000.0000", "+84900000000")]
    [InlineData("+84 (0)90 000 0000", "+84900000000")]
    [InlineData("090 000 0000", "+84900000000")]
    [InlineData("0380000000", "+84380000000")]
    [InlineData("+1 (415) 555-0100", "+14155550100")]
    [InlineData("0241234567", null)]
    [InlineData("09000000001", null)]
    [InlineData("090000000", null)]
    [InlineData("1", null)]
    [InlineData("", null)]
    [InlineData("+", null)]
    [InlineData("+0900000000", null)]
    [InlineData("+1234567890123456", null)]
    [InlineData("call me", null)]
    [InlineData("+84 90 000 000x", null)]
    public void Phones_are_normalised_or_refused(string phone, string? expected) => Assert.Equal(expected, Phones.Normalise(phone));

    [Fact]
    public void Times_are_told_on_the_stores_clocks()
    {
        Assert.Equal("15:00, 20/11/2026 (GMT+7)", Moments.At(Now, "Asia/Ho_Chi_Minh", "vi"));
        Assert.Equal("20 Nov 2026, 05:00 (GMT-3)", Moments.At(Now, "America/Sao_Paulo", "en"));
        Assert.Equal("20 Nov 2026, 13:30 (GMT+5:30)", Moments.At(Now, "Asia/Kolkata", "en"));
        Assert.Equal("20 Nov 2026, 08:00 (GMT)", Moments.At(Now, "UTC", "en"));
        Assert.Equal(["15 phút", "1 minute", "1 minute", "48 hours", "5 ngày"],
            [Moments.Span(TimeSpan.FromSeconds(899), "vi"), Moments.Span(TimeSpan.FromSeconds(1), "en"),
            Moments.Span(TimeSpan.FromSeconds(70), "en"), Moments.Span(TimeSpan.FromSeconds(172_799), "en"),
                Moments.Span(TimeSpan.FromDays(5), "vi")]);
    }

    [Theory]
    [InlineData("order.created", "pending", "unpaid", null, null, Announcement.Placed)]
    [InlineData("order.created", "confirmed", "paid", null, null, Announcement.Placed)]
    [InlineData("order.confirmed", "confirmed", "unpaid", "confirmed", "unpaid", null)]
    [InlineData("order.confirmed", "confirmed", "paid", "pending", "paid", null)]
    [InlineData("order.confirmed", "confirmed", "unpaid", "pending", "unpaid", Announcement.Confirmed)]
    [InlineData("order.confirmed", "confirmed", "paid", "expired", "paid", null)]
    [InlineData("payment.succeeded", "pending", "partially_paid", "pending", "unpaid", null)]
    [InlineData("payment.succeeded", "pending", "paid", "pending", "partially_paid", Announcement.Paid)]
    [InlineData("payment.succeeded", "confirmed", "paid", "confirmed", "paid", null)]
    [InlineData("payment.succeeded", "expired", "paid", "expired", "unpaid", Announcement.PaidAfterAll)]
    [InlineData("payment.succeeded", "expired", "paid", "expired", "unpaid", Announcement.PaidInVain, "late")]
    [InlineData("payment.succeeded", "cancelled", "partially_paid", "cancelled", "unpaid", Announcement.PaidInVain, "late")]
    [InlineData("payment.succeeded", "delivered", "paid", "delivered", "unpaid", null, null, "cash_on_delivery")]
    [InlineData("order.cancelled", "cancelled", "unpaid", "pending", "unpaid", Announcement.Cancelled)]
    [InlineData("order.expired", "expired", "unpaid", "pending", "unpaid", Announcement.Expired)]
    [InlineData("order.shipped", "partially_shipped", "paid", "confirmed", "paid", Announcement.Shipped)]
    [InlineData("order.delivered", "delivered", "paid", "shipped", "paid", Announcement.Delivered)]
    [InlineData("order.returned", "returned", "paid", "delivered", "paid", null)]
    [InlineData("order.updated", "pending", "unpaid", "pending", "unpaid", null)]
    [InlineData("payment.refunded", "cancelled", "refunded", "cancelled", "paid", Announcement.Refunded)]
    [InlineData("inventory.low", "pending", "unpaid", null, null, null)]
    public void Each_step_is_told_once(string type, string status, string paymentStatus, string? before, string? paymentBefore,
        Announcement? expected, string? reason = null, string method = "online")
    {
        var order = Order();
        (order["status"], order["paymentStatus"], order["paymentMethod"]) = (status, paymentStatus, method);
        Assert.Equal(expected, Announcements.Of(Tell(type, order, before, paymentBefore, reason))?.What);
    }

    [Fact]
    public void A_placed_order_is_told_with_everything_it_costs_and_the_time_to_pay()
    {
        var (subject, letter) = Write("order.created", Order());
        Assert.Equal("Xác nhận đơn hàng #1Q7M-8ZK4-20RD", subject);
        Assert.All(["Áo dài đỏ: 1.000.000 ₫", "SKU-1 · 2 × 500.000 ₫", "Tạm tính: 1.300.000 ₫", "Giảm giá: -100.000 ₫", "SUMMER",
            "Phí vận chuyển: 30.000 ₫", "Đã bao gồm thuế: 12.345 ₫",
            "Điểm thưởng: -5.000 ₫", "1.500 điểm", "Tổng cộng: 1.250.000 ₫", "trong vòng 15 phút, trước 15:15, 20/11/2026 (GMT+7)",
                "Vui lòng thanh toán 1.250.000 ₫",
            "Nguyễn Văn A\n1 Lê Lợi\nĐà Nẵng", "https://shop.example.com/orders/1"],
                part => Assert.Contains(part, letter.Text, StringComparison.Ordinal));

        // Nobody is asked for money that is no longer taken.
        Assert.DoesNotContain("Vui lòng",
            OrderEmails.Write(Announcement.Placed, OrderEventData.Of(Tell("order.created", Order())), Shop, null, Now.AddMinutes(16))
            .Template.Text, StringComparison.Ordinal);

        var english = Order();
        english["locale"] = "en";
        (subject, letter) = Write("order.created", english);
        Assert.Equal("Order confirmation #1Q7M-8ZK4-20RD", subject);
        Assert.Contains("Please pay 1.250.000 ₫ within 15 minutes, before 20 Nov 2026, 15:15 (GMT+7)", letter.Text,
            StringComparison.Ordinal);

        var cash = Order();
        (cash["paymentMethod"], cash["expirationTime"], cash["status"]) = ("cash_on_delivery", null, "confirmed");
        Assert.Contains("thanh toán 1.250.000 ₫ khi nhận hàng", Write("order.created", cash).Template.Text, StringComparison.Ordinal);

        var transfer = Order();
        transfer["paymentMethod"] = "bank_transfer";
        Assert.Contains("Ghi số đơn hàng 1Q7M-8ZK4-20RD", Write("order.created", transfer).Template.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_typed_cannot_become_markup()
    {
        var order = Order();
        order["lines"]![0]!["productName"] = "<script>alert(1)</script>";
        order["customer"]!["name"] = "</td><img src=x onerror=alert(1)>";
        order["deliveryAddress"] = "1 <b>Lê</b> Lợi\n& Co";
        order["discountCode"] = "\"><x>";
        var html = Write("order.created", order).Template.Html;
        Assert.All(["<script", "<img", "<b>", "<x>", "Tiệm <An>"], bad => Assert.DoesNotContain(bad, html, StringComparison.Ordinal));
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("1 &lt;b&gt;Lê&lt;/b&gt; Lợi<br>&amp; Co", html, StringComparison.Ordinal);
        Assert.Contains("Tiệm &lt;An&gt; &amp; Bình", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Later_letters_say_what_matters_then()
    {
        var over = Order();
        (over["status"], over["refundDue"]) = ("cancelled", 1_250_000);
        var cancelled = Write("order.cancelled", over, "pending", "unpaid", "hết hàng").Template.Text;
        Assert.Contains("Lý do: hết hàng", cancelled, StringComparison.Ordinal);
        Assert.Contains("hoàn lại 1.250.000 ₫", cancelled, StringComparison.Ordinal);

        // Codes are not for buyers.
        var refused = Write("order.cancelled", over, "pending", "unpaid", "reservation_refused").Template.Text;
        Assert.Contains("một số mặt hàng không còn nữa", refused, StringComparison.Ordinal);
        Assert.All([refused, Write("order.cancelled", over, "pending", "unpaid", "OUT_OF_STOCK").Template.Text,
            Write("order.cancelled", over, "pending", "unpaid", "stock.none").Template.Text],
            text => Assert.False(text.Contains("reservation_refused", StringComparison.Ordinal)
            || text.Contains("Lý do", StringComparison.Ordinal), text));

        var part = Order();
        part["status"] = "partially_shipped";
        part["fulfilments"] = new JsonArray(Shipment("old", "1", 1), Shipment("GHN", "VN-42", 2));
        var (subject, shipped) = Write("order.shipped", part, "confirmed", "paid");
        Assert.StartsWith("Một phần đơn hàng", subject, StringComparison.Ordinal);
        Assert.All(["Đơn vị vận chuyển: GHN", "Mã vận đơn: VN-42", "Áo dài đỏ: × 2"],
            said => Assert.Contains(said, shipped.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("old", shipped.Text, StringComparison.Ordinal);
        Assert.Equal("Tiệm <An> & Bình: đơn hàng #1Q7M-8ZK4-20RD đang được giao. GHN VN-42.",
            OrderTexts.Write(Announcement.Shipped, OrderEventData.Of(Tell("order.shipped", part)), Shop, "01234567"));

        var refunded = Order();
        (refunded["amountPaid"], refunded["amountRefunded"], refunded["paymentStatus"]) = (1_250_000, 300_000, "partially_refunded");
        var refund = Write("payment.refunded", refunded, "delivered", "paid", null, 100_000).Template.Text;
        Assert.Contains("đã hoàn lại 200.000 ₫", refund, StringComparison.Ordinal);
        Assert.Contains("Tổng cộng đã hoàn lại: 300.000 ₫", refund, StringComparison.Ordinal);
    }

    [Fact]
    public void An_sms_has_the_code_of_an_order_that_waits_for_it_and_asks_for_no_money()
    {
        var order = OrderEventData.Of(Tell("order.created", Order())) with { PaymentMethod = "cash_on_delivery" };
        Assert.True(OrderTexts.Concerns(Announcement.Placed, order));
        Assert.Equal("Tiệm <An> & Bình: mã xác nhận đơn hàng #1Q7M-8ZK4-20RD là 0123 4567, có giá trị trước 15:15, 20/11/2026 (GMT+7).",
            OrderTexts.Write(Announcement.Placed, order, Shop, "01234567"));
        Assert.All(["online", "bank_transfer"],
            method => Assert.False(OrderTexts.Concerns(Announcement.Placed, order with { PaymentMethod = method })));
        Assert.False(OrderTexts.Concerns(Announcement.Placed, order with { ExpirationTime = null }));
        Assert.False(OrderTexts.Concerns(Announcement.Delivered, order));
    }

    internal static JsonObject Order() => JsonNode.Parse("""
        {
          "id": "01900000-0000-7000-8000-0000000000aa", "number": "1Q7M-8ZK4-20RD", "storeId": "01900000-0000-7000-8000-0000000000bb", "customerId": "01900000-0000-7000-8000-0000000000cc",
          "status": "pending", "paymentStatus": "unpaid", "paymentMethod": "online",
          "lines": [
            { "variantId": "01900000-0000-7000-8000-000000000001", "productId": "01900000-0000-7000-8000-000000000002", "productName": "Áo dài đỏ", "sku": "SKU-1", "unitPrice": 500000, "quantity": 2, "lineTotal": 1000000 },
            { "variantId": "01900000-0000-7000-8000-000000000003", "productId": "01900000-0000-7000-8000-000000000004", "productName": "Nón lá", "sku": "SKU-2", "unitPrice": 300000, "quantity": 1, "lineTotal": 300000 }
          ],
          "subtotal": 1300000, "discountCode": "SUMMER", "discountAmount": 100000, "redeemedPoints": 1500, "pointsDiscountPrice": 5000, "shippingFee": 30000, "taxAmount": 12345, "taxIncluded": true,
          "total": 1250000, "currency": "VND", "amountPaid": 0, "amountRefunded": 0, "refundDue": 0, "customer": { "email": "a@example.com", "name": "Nguyễn Văn A" }, "locale": "vi",
          "deliveryAddress": { "name": "Nguyễn Văn A", "line1": "1 Lê Lợi", "city": "Đà Nẵng" }, "contactPhone": "090 000 0000", "expirationTime": "2026-11-20T08:15:00.000Z"
        }
        """)!.AsObject();

    private static JsonObject Shipment(string carrier, string number, int quantity) => new()
    {
        ["kind"] = "shipment",
        ["carrier"] = carrier,
        ["trackingNumber"] = number,
        ["lines"] = new JsonArray(new JsonObject { ["variantId"] = "01900000-0000-7000-8000-000000000001", ["quantity"] = quantity }),
    };

    private static Event Tell(string type, JsonObject order, string? before = null, string? paymentBefore = null, string? reason = null,
        long refundedBefore = 0) =>
        new(Guid.Empty, 1, type, Guid.Empty, Now, "staff:1", before is null ? null
            : $"\"previousStatus\":\"{before}\",\"previousPaymentStatus\":\"{paymentBefore}\",\"previousAmountPaid\":0,"
            + $"\"previousAmountRefunded\":{refundedBefore}{(reason is null ? "" : $",\"reason\":\"{reason}\"")}",
            Encoding.UTF8.GetBytes(order.ToJsonString()));

    [Theory]
    [InlineData("http://evil.example/login", "http: //evil. example/login")]
    [InlineData("Click WWW.Evil.COM now", "Click WWW. Evil. COM now")]
    [InlineData("me@evil.com", "me@evil. com")]
    [InlineData("evil\u3002com", "evil\u3002 com")]
    [InlineData("Q.1, TP.HCM, 1.5 kg", "Q.1, TP. HCM, 1.5 kg")]
    [InlineData("Nguyễn Văn A", "Nguyễn Văn A")]
    public void No_link_is_made_of_what_people_typed(string typed, string shown) => Assert.Equal(shown, SafeText.Of(typed));

    [Fact]
    public void A_name_an_address_and_a_reason_are_no_links()
    {
        var order = Order();
        (order["customer"]!["name"], order["deliveryAddress"]) = ("Win at https://evil.example", "Go to evil.example");
        var letters = new[] { Write("order.created", order), Write("order.cancelled", order, "pending", "unpaid", "see evil.example/x") };
        Assert.All(letters, l => Assert.DoesNotContain("evil.example", l.Template.Text + l.Template.Html, StringComparison.Ordinal));
        Assert.All(letters, l => Assert.Contains("evil. example", l.Template.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_mailbox_that_may_be_anybodys_gets_no_word_of_the_buyers()
    {
        var order = Order();
        (order["customer"]!["name"], order["deliveryAddress"], order["note"]) = ("BUY NOW", "BUY HERE", "BUY THIS");
        (order["paymentMethod"], order["status"]) = ("cash_on_delivery", "pending");
        foreach (var (type, reason) in new[] { ("order.created", null), ("order.cancelled", "BUY THAT"), ("order.expired", null) })
        {
            var (what, told) = Announcements.Of(Tell(type, order, type == "order.created" ? null : "pending", "unpaid", reason))!.Value;
            var letter = OrderEmails.Write(what, told, Shop, "https://shop.example.com/orders/1", Now,
                new UnverifiedMailbox("https://shop.example.com/confirm", TellsReason: false)).Template;
            Assert.DoesNotContain("BUY", letter.Text + letter.Html, StringComparison.Ordinal);
            Assert.Equal(type == "order.created", letter.Text.Contains("https://shop.example.com/confirm", StringComparison.Ordinal));
            Assert.Equal(type == "order.created", letter.Text.Contains("Vui lòng xác nhận đơn hàng trước", StringComparison.Ordinal));
        }

        // What the shop says is told.
        var (cancelled, by) = Announcements.Of(Tell("order.cancelled", order, "pending", "unpaid", "hết hàng"))!.Value;
        Assert.Contains("hết hàng", OrderEmails.Write(cancelled, by, Shop, null, Now, new UnverifiedMailbox(null, TellsReason: true))
            .Template.Text,
            StringComparison.Ordinal);
    }

    private static EmailContent Write(string type, JsonObject order, string? before = null, string? paymentBefore = null,
        string? reason = null,
        long refundedBefore = 0)
    {
        var (what, told) = Announcements.Of(Tell(type, order, before, paymentBefore, reason, refundedBefore))!.Value;
        return OrderEmails.Write(what, told, Shop, "https://shop.example.com/orders/1", Now);
    }
}
