using Holdfast.Commands.Drill.Core;
using Holdfast.Commands.Shop;

namespace Holdfast.Commands.Drill;

/// <summary>One attempt of a buyer, while it goes on.</summary>
internal sealed class Attempt(string key, int buyer, long quantity)
{
    private readonly Lock _lock = new();
    private readonly List<Guid> _orders = [];
    private string? _refusal;

    public string Key { get; } = key;

    public int Buyer { get; } = buyer;

    public long Quantity { get; } = quantity;

    public Guid OrderId { get; private set; }

    public string? AccessKey { get; private set; }

    public long Total { get; private set; }

    /// <summary>How long there is to pay; zero where it is not limited.</summary>
    public TimeSpan Session { get; private set; }

    public bool PaymentSent { get; set; }

    public long Paid { get; set; }

    public bool Cancelled { get; set; }

    public bool HasOrder => OrderId != default;

    public void Take(Answer answer)
    {
        lock (_lock)
        {
            if (answer is { IsSuccess: true })
            {
                OrderId = answer.Body.GetProperty("id").GetGuid();
                _orders.Add(OrderId);
                (AccessKey, Total) = (answer.Member("accessKey") ?? AccessKey, answer.Number("total"));
                Session = answer.Body.TryGetProperty("expirationTime", out var expires)
                    && expires.ValueKind == System.Text.Json.JsonValueKind.String
                    ? expires.GetDateTime() - answer.Body.GetProperty("createdAt").GetDateTime() : TimeSpan.Zero;
            }
            else if (answer.Status is >= 400 and < 500)
            {
                _refusal = answer.Code;
            }
        }
    }

    public Receipt Receipt()
    {
        lock (_lock)
        {
            return new Receipt(Key, Quantity)
            {
                Orders = [.. _orders],
                Refusal = _orders.Count == 0 ? _refusal
                : null,
                PaymentSent = PaymentSent,
                Paid = Paid,
                Cancelled = Cancelled
            };
        }
    }
}
