using System.Text;
using System.Text.Json;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications.Core;

/// <summary>An order as its events tell it, as far as its buyer is told. Amounts are minor units of its currency.</summary>
public sealed record OrderEventData
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public Guid Id { get; init; }
    public string Number { get; init; } = "";
    public string Status { get; init; } = "";
    public string PaymentStatus { get; init; } = "";
    public string PaymentMethod { get; init; } = "";
    public IReadOnlyList<OrderEventLine> Lines { get; init; } = [];
    public long Subtotal { get; init; }
    public string? DiscountCode { get; init; }
    public long DiscountAmount { get; init; }

    /// <summary>Where there are two codes: both.</summary>
    public IReadOnlyList<OrderEventDiscount> Discounts { get; init; } = [];
    public long RedeemedPoints { get; init; }
    public long PointsDiscountPrice { get; init; }
    public long ShippingFee { get; init; }
    public long TaxAmount { get; init; }
    public bool TaxIncluded { get; init; }
    public long Total { get; init; }

    /// <summary>What of the total is not to be paid: for goods that were cancelled or came back undelivered.</summary>
    public long CancelledAmount { get; init; }
    public string Currency { get; init; } = "";
    public long AmountPaid { get; init; }
    public long AmountRefunded { get; init; }
    public long RefundDue { get; init; }
    public OrderEventCustomer Customer { get; init; } = new("", null);
    public JsonElement DeliveryAddress { get; init; }
    public string ContactPhone { get; init; } = "";
    public DateTime? ExpirationTime { get; init; }
    public IReadOnlyList<OrderEventFulfilment> Fulfilments { get; init; } = [];

    /// <summary>Null in events from before orders had one.</summary>
    public string? Locale { get; init; }

    /// <summary>The state before, as the event tells it.</summary>
    public OrderEventPrevious Before { get; private init; } = new();

    /// <summary><c>vi</c> or <c>en</c>.</summary>
    public string Language => Locale ?? (Currency == "VND" ? "vi" : "en");

    /// <summary>What is still to be paid.</summary>
    public long Open => Math.Max(0, Total - CancelledAmount - (AmountPaid - AmountRefunded - RefundDue));

    /// <summary>The order of an <c>order.*</c> or <c>payment.*</c> event.</summary>
    public static OrderEventData Of(Event e) => JsonSerializer.Deserialize<OrderEventData>(e.Data, Json)! with
    {
        Before = e.Previous is null ? new OrderEventPrevious()
            : JsonSerializer.Deserialize<OrderEventPrevious>(Encoding.UTF8.GetBytes($"{{{e.Previous}}}"), Json)!,
    };
}
