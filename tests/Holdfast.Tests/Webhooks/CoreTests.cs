using System.Net;
using System.Text;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Webhooks.Core;
using Holdfast.Webhooks.Sending;

namespace Holdfast.Tests.Webhooks;

/// <summary>Addresses, waits and signatures, without a server.</summary>
public sealed class CoreTests
{
    [Theory]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("100.128.0.0", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("168.63.129.15", true)]
    [InlineData("168.63.129.16", false)]
    [InlineData("168.63.129.17", true)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("198.51.100.7", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("93.184.215.14", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.1.2.3", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::1", false)]
    [InlineData("3fff::1", false)]
    [InlineData("2620:4f:8000::", false)]
    [InlineData("2620:4f:8000:ffff:ffff:ffff:ffff:ffff", false)]
    [InlineData("2620:4f:7fff:ffff::1", true)]
    [InlineData("2620:4f:8001::1", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2001:4860:4860::8888", true)]
    public void Only_addresses_of_the_public_internet_are_sent_to(string address, bool isPublic) =>
        Assert.Equal(isPublic, Addresses.IsPublic(IPAddress.Parse(address).GetAddressBytes()));

    [Fact]
    public void Waits_grow_for_three_days_and_then_end()
    {
        var waits = Enumerable.Range(1, WebhookRetries.MaxAttempts - 1).Select(n => WebhookRetries.After(n, 0)!.Value).ToList();
        Assert.Equal([5, 300, 1800, 7200, 18_000, 36_000], waits.Take(6).Select(w => w.TotalSeconds));
        Assert.InRange(waits.Sum(w => w.TotalHours), 60, 72);
        Assert.Null(WebhookRetries.After(WebhookRetries.MaxAttempts, 0));
        Assert.Equal(5.5, WebhookRetries.After(1, 1)!.Value.TotalSeconds);

        var now = new DateTime(2026, 1, 4, 0, 0, 0, DateTimeKind.Utc);
        Assert.False(WebhookRetries.Pauses(now.AddDays(-3).AddSeconds(1), 500, now));
        Assert.True(WebhookRetries.Pauses(now.AddDays(-3), null, now));
        Assert.True(WebhookRetries.Pauses(null, 410, now));
    }

    [Fact]
    public void A_signature_is_that_of_the_standards_example() => Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookTransport.Sign(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
        "{\"test\": 2432232314}"u8.ToArray()));

    [Fact]
    public void A_body_says_type_time_and_data_with_what_was_before()
    {
        var e = new Event(Guid.Parse("01900000-0000-7000-8000-0000000000aa"), 3, "order.cancelled", Guid.Empty,
            new DateTime(2026, 11, 20, 8, 0, 0, 5, DateTimeKind.Utc), "guest",
            "\"previousStatus\":\"pending\"", "{\"note\":\"Đ<b>\"}"u8.ToArray());
        Assert.Equal(
            "{\"type\":\"order.cancelled\",\"timestamp\":\"2026-11-20T08:00:00.005Z\","
            + "\"subject\":\"01900000-0000-7000-8000-0000000000aa\",\"sequence\":3,"
            + "\"data\":{\"note\":\"Đ<b>\",\"previousStatus\":\"pending\"}}", Encoding.UTF8.GetString(WebhookTransport.Body(e)));
    }
}
