using System.Text.Json;

namespace Holdfast.Bench.Past;

/// <summary>One line of a past order.</summary>
internal readonly record struct PastLine(int Item, long Quantity, long Shipped, long Returned, long Discount)
{
    /// <summary>Every tenth item has a purchase limit.</summary>
    public bool Limited => Item % 10 == 3;
}

/// <summary>
/// The order number N of a shop's past. Everything about it follows from N, so that the books (stock, points, purchases, statistics) can be
/// summed up while the rows are written.
/// </summary>
internal sealed class PastOrder
{
    public const long ShippingFee = 30_000;
    private const long PointValue = 100;
    private static readonly DateTime First = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public PastOrder(long n)
    {
        N = n;
        Status = (n % 20) switch
        {
            0 => "pending",
            1 => "confirmed",
            2 => "shipped",
            3 => "cancelled",
            4 or 5 => "expired",
            6 => "returned",
            7 => "partially_shipped",
            _ => "delivered",
        };
        Lines = [.. Enumerable.Range(0, 1 + (int)(n % 3)).Select(Line)];
        Subtotal = Lines.Sum(l => l.Quantity * Shop.Price);
        Discount = Lines.Sum(l => l.Discount);
        RedeemedPoints = IsAccount && n % 3 == 0 ? Shop.PointsEach : 0;
        Total = Subtotal - Discount + ShippingFee - RedeemedPoints * PointValue;
        Data = Json();
    }

    public long N { get; }

    public Guid Id => Of(0x8005, N);

    public string Number => $"{1000 + N / 100_000_000 % 1000:d4}-{N / 10_000 % 10_000:d4}-{N % 10_000:d4}";

    public Guid PaymentId => Of(0x8006, N);

    public string Status { get; }

    public IReadOnlyList<PastLine> Lines { get; }

    public int Buyer => (int)(N / 2 * 7919 % Shop.Customers);

    public bool IsAccount => N % 2 == 0;

    public Guid CustomerId => IsAccount ? Shop.Account(Buyer) : Shop.Customer(Buyer);

    /// <summary>What it held was given back.</summary>
    public bool IsDead => Status is "cancelled" or "expired";

    public bool IsPaid => Status is not ("pending" or "expired");

    /// <summary>All of its money goes back.</summary>
    public bool IsRefunded => Status is "cancelled" or "returned";

    /// <summary>The refund has not been made yet.</summary>
    public bool IsRefundDue => Status == "cancelled" && N % 40 == 3;

    public bool HasCode => N % 5 == 0;

    public bool HasEarned => IsAccount && Status is "delivered" or "returned";

    public long Subtotal { get; }

    public long Discount { get; }

    public long Total { get; }

    public long RedeemedPoints { get; }

    public long PointsDiscount => RedeemedPoints * PointValue;

    public long EarnedPoints => (Subtotal - Discount) / 1000;

    public long AmountPaid => IsPaid ? Total : 0;

    public long AmountRefunded => IsRefunded && !IsRefundDue ? Total : 0;

    public long RefundDue => IsRefundDue ? Total : 0;

    public string PaymentStatus => AmountRefunded > 0 ? "refunded" : IsPaid ? "paid" : "unpaid";

    public DateTime CreatedAt => First.AddSeconds(31 * N);

    public string Day => CreatedAt.AddHours(7).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The data of its first event, as long as that of a real order.</summary>
    public byte[] Data { get; }

    /// <summary>Its history, in order.</summary>
    public IEnumerable<string> Events => Status switch
    {
        "pending" => ["order.created"],
        "expired" => ["order.created", "order.expired"],
        "confirmed" => ["order.created", "payment.succeeded", "order.confirmed"],
        "cancelled" => ["order.created", "payment.succeeded", "order.confirmed", "order.cancelled"],
        "delivered" => ["order.created", "payment.succeeded", "order.confirmed", "order.shipped", "order.delivered"],
        "returned" => ["order.created", "payment.succeeded", "order.confirmed", "order.shipped", "order.delivered", "order.returned"],
        _ => ["order.created", "payment.succeeded", "order.confirmed", "order.shipped"],
    };

    /// <summary>Ids of one kind, in the order of their numbers, as version 7 ids of a past are in that of time.</summary>
    public static Guid Of(int kind, long n) => Guid.Parse($"01900000-0000-7000-{kind:x4}-{n:x12}");

    private PastLine Line(int position)
    {
        var quantity = 1 + ((N / 3 + position) % 2);
        var shipped = Status is "shipped" or "delivered" or "returned" || (Status == "partially_shipped" && position == 0) ? quantity : 0;
        var returned = Status == "returned" ? quantity : 0;
        return new((int)((N * 7 + position * 331) % Shop.Items), quantity, shipped, returned, HasCode ? quantity * Shop.Price / 10 : 0);
    }

    private byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Id,
        Number,
        StoreId = Shop.Store,
        CustomerId,
        Status,
        PaymentStatus,
        PaymentMethod = "online",
        Lines = Lines.Select(l => new
        {
            VariantId = Shop.Variant(l.Item),
            ProductId = Shop.Product(l.Item),
            ProductName = $"Item {l.Item:d4}",
            Sku = $"SKU-{l.Item:d4}",
            UnitPrice = Shop.Price,
            l.Quantity,
            LineTotal = l.Quantity * Shop.Price,
            DiscountAmount = l.Discount,
            ShippedQuantity = l.Shipped,
            ReturnedQuantity = l.Returned,
        }),
        Subtotal,
        DiscountAmount = Discount,
        RedeemedPoints,
        PointsDiscountPrice = PointsDiscount,
        ShippingFee,
        Total,
        Currency = "VND",
        AmountPaid,
        AmountRefunded,
        RefundDue,
        Customer = new { Email = Shop.Email(Buyer), Name = Shop.CustomerName(Buyer) },
        DeliveryAddress = Shop.Address(Buyer),
        ContactPhone = Shop.Phone,
        LocalDate = Day,
        CreatedAt,
        UpdatedAt = CreatedAt,
        Version = 1,
    }, JsonSerializerOptions.Web);
}
