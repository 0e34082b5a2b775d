namespace Holdfast.Orders.Core;

/// <summary>
/// An order with what hangs on it, opened under lock. Commands change it step by step; what was added since it was opened is what will be
/// written.
/// </summary>
public sealed class OrderAggregate(Order order, IReadOnlyList<Payment> payments, IReadOnlyList<Refund> refunds)
{
    private readonly List<Payment> _payments = [.. payments];
    private readonly List<Refund> _refunds = [.. refunds];

    /// <summary>The order as it was read.</summary>
    public Order Read { get; } = order;

    public Order Order { get; private set; } = order;

    public IReadOnlyList<Payment> Payments => _payments;

    public IReadOnlyList<Refund> Refunds => _refunds;

    public IEnumerable<Payment> NewPayments => _payments.Skip(payments.Count);

    public IEnumerable<Refund> NewRefunds => _refunds.Skip(refunds.Count);

    /// <summary>Refunds that were read and are others now, each with what was read.</summary>
    public IEnumerable<(Refund Read, Refund Now)> ChangedRefunds => refunds.Zip(_refunds).Where(r => r.First != r.Second);

    /// <summary>What of the refunds is due and not on its way yet. Minor units.</summary>
    public long Withdrawable => _refunds.Where(r => r.Status == Refund.Due).Sum(r => r.Amount);

    public IEnumerable<Fulfilment> NewFulfilments => Order.Fulfilments.Skip(Read.Fulfilments.Count);

    public List<OrderEvent> Events { get; } = [];

    public bool IsChanged => !ReferenceEquals(Order, Read);

    /// <summary>A point to come back to.</summary>
    public (Order Order, int Payments, Refund[] Refunds, int Events) Savepoint() => (Order, _payments.Count, [.. _refunds], Events.Count);

    /// <summary>Forgets what was done since the mark.</summary>
    public void Undo((Order Order, int Payments, Refund[] Refunds, int Events) mark)
    {
        Order = mark.Order;
        _payments.RemoveRange(mark.Payments, _payments.Count - mark.Payments);
        _refunds.Clear();
        _refunds.AddRange(mark.Refunds);
        Events.RemoveRange(mark.Events, Events.Count - mark.Events);
    }

    /// <summary>The next state, with the event that tells it.</summary>
    /// <param name="changed">The members that somebody has changed.</param>
    public void Become(Order next, string type, string actor, DateTime now, string? reason = null, IReadOnlyList<string>? changed = null)
    {
        var before = Order;
        Order = next with { Version = before.Version + 1, EventSequence = before.EventSequence + 1, UpdatedAt = now };
        Events.Add(new OrderEvent(type, Order, OrderEvents.Previous(before, reason, changed), actor));
    }

    /// <summary>The next state, of which nobody is told.</summary>
    public void BecomeQuietly(Order next, DateTime now) => Order = next with { Version = Order.Version + 1, UpdatedAt = now };

    public void Add(Payment payment) => _payments.Add(payment);

    /// <summary>
    /// Makes up to <paramref name="amount"/> of a payment due back; what is due of it already does not count twice. Returns how much.
    /// </summary>
    public long AddRefund(Payment payment, long amount, string reason, DateTime now)
    {
        var back = _refunds.Where(r => r.PaymentId == payment.Id && r.Status != Refund.Withdrawn).Sum(r => r.Amount);
        var open = Math.Min(amount, payment.Amount - back);
        if (open > 0)
        {
            _refunds.Add(new Refund(payment.Id, open, reason, Refund.Due, now));
        }

        return Math.Max(0, open);
    }

    /// <summary>
    /// Takes back that so much is due: the order can use the money after all. The caller has asked <see cref="Withdrawable"/>.
    /// </summary>
    public void Withdraw(long amount)
    {
        for (var i = 0; i < _refunds.Count && amount > 0; i++)
        {
            if (_refunds[i] is { Status: Refund.Due } refund)
            {
                _refunds[i] = refund.Amount <= amount ? refund with { Status = Refund.Withdrawn }
                    : refund with { Amount = refund.Amount - amount };
                amount -= Math.Min(amount, refund.Amount);
            }
        }
    }
}
