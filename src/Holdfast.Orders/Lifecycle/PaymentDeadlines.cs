using Holdfast.Orders.Core;
using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Http.Replies;

namespace Holdfast.Orders.Lifecycle;

/// <summary>
/// The keys <c>order:session:{id}</c> in Redis: one for each unpaid order, which expires with it. Its expiry wakes the sweep of this
/// process at once. A hint: without Redis, or with events missed, the sweep finds the order automatically.
/// </summary>
public sealed class PaymentDeadlines
{
    private const string Prefix = "order:session:";

    private readonly ExpiringKeys _keys;

    public PaymentDeadlines(ExpiringKeys keys)
    {
        _keys = keys;
        keys.Expired += name =>
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                Expired?.Invoke();
            }
        };
    }

    private sealed record DbSession(Guid OrderId, long Total, DateTime ExpiresAt);

    /// <summary>The time of an unpaid order, of whichever process, is over.</summary>
    public event Action? Expired;

    /// <summary>Whether there is a Redis to keep sessions in.</summary>
    internal bool AreKept => _keys.AreKept;

    /// <summary>Begins the sessions of those orders that are unpaid and have just been committed. Nobody waits for it.</summary>
    internal void Begin(IReadOnlyList<Order> orders, DateTime now) => _keys.Set([.. from order in orders
        where order.Status == OrderStatus.Pending && order.ExpiresAt > now
        select (Key(order.Id), Reply.Bytes(new DbSession(order.Id, order.Total, order.ExpiresAt!.Value)), order.ExpiresAt!.Value - now)]);

    /// <summary>Ends the sessions of orders that are pending no more.</summary>
    internal void End(IReadOnlyList<Guid> orderIds) => _keys.Remove([.. orderIds.Select(Key)]);

    private static string Key(Guid orderId) => $"{Prefix}{orderId}";
}
