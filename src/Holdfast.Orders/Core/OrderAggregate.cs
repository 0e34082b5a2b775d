namespace Holdfast.Orders.Core;

/// <summary>
/// An order with its lines, money and fulfilments, loaded under lock. Commands change it step by step; what was added after loading is what
/// will be saved.
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

    /// <summary>The changed refunds, each with its previous state.</summary>
    public IEnumerable<(Refund Read, Refund Now)> ChangedRefunds => refunds.Zip(_refunds).Where(r => r.First != r.Second);

    /// <summary>The part of the refunds that is due and not under way yet. Minor units.</summary>
    public long Withdrawable => _refunds.Where(r => r.Status == Refund.Due).Sum(r => r.Amount);

    public IEnumerable<Fulfilment> NewFulfilments => Order.Fulfilments.Skip(Read.Fulfilments.Count);

    public List<OrderEvent> Events { get; } = [];

    public bool IsChanged => !ReferenceEquals(Order, Read);

    /// <summary>Returns a savepoint for <see cref="Undo"/>.</summary>
    public (Order Order, int Payments, Refund[] Refunds, int Events) Savepoint() => (Order, _payments.Count, [.. _refunds], Events.Count);

    /// <summary>Undoes what was done since the savepoint.</summary>
    public void Undo((Order Order, int Payments, Refund[] Refunds, int Events) savepoint)
    {
        Order = savepoint.Order;
        _payments.RemoveRange(savepoint.Payments, _payments.Count - savepoint.Payments);
        _refunds.Clear();
        _refunds.AddRange(savepoint.Refunds);
        Events.RemoveRange(savepoint.Events, Events.Count - savepoint.Events);
    }

    /// <summary>Sets the next state, and adds the event that reports it.</summary>
    /// <param name="changed">The members that somebody has changed.</param>
    public void Become(Order next, string type, string actor, DateTime now, string? reason = null, IReadOnlyList<string>? changed = null)
    {
        var before = Order;
        Order = next with { Version = before.Version + 1, EventSequence = before.EventSequence + 1, UpdatedAt = now };
        Events.Add(new OrderEvent(type, Order, OrderEvents.Previous(before, reason, changed), actor));
    }

    /// <summary>Sets the next state without an event.</summary>
    public void BecomeQuietly(Order next, DateTime now) => Order = next with { Version = Order.Version + 1, UpdatedAt = now };

    public void Add(Payment payment) => _payments.Add(payment);

    /// <summary>
    /// Makes up to <paramref name="amount"/> of a payment due back; the part that is already due does not count twice. Returns the amount
    /// that became due.
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
