using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;

namespace Holdfast.Commands.Olist;

/// <summary>What a replay has seen so far; filled by many workers at once. Amounts in centavos.</summary>
internal sealed class ReplayTally
{
    private const int Shown = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _refused = [];
    private readonly Dictionary<string, int> _statuses = [];
    private readonly List<string> _deviations = [];

    public Latencies Placing { get; } = new();

    public int Placed { get; private set; }

    /// <summary>Of these, how many an earlier run had placed: the engine gave its first answer again.</summary>
    public int PlacedBefore { get; private set; }

    public int Refused { get; private set; }

    public int Deviations { get; private set; }

    public long Expected { get; private set; }

    public long Engine { get; private set; }

    public long Paid { get; private set; }

    public int Payments { get; private set; }

    public long RefundDue { get; private set; }

    public void Accepted(bool before)
    {
        lock (_lock)
        {
            Placed++;
            PlacedBefore += before ? 1 : 0;
        }
    }

    /// <summary>An order that was not placed. Where stock was lowered on purpose, too little stock is no deviation.</summary>
    public void Refuse(SellerOrder order, Answer answer, bool isExpected)
    {
        lock (_lock)
        {
            Refused++;
            _refused[answer.Code] = _refused.GetValueOrDefault(answer.Code) + 1;
            if (!isExpected)
            {
                Deviate($"{order.Key} was refused: {answer.Explain()}");
            }
        }
    }

    public void Failed(SellerOrder order, string what)
    {
        lock (_lock)
        {
            Deviate($"{order.Key}: {what}");
        }
    }

    /// <summary>Compares the order as the engine has it with what the data set says it must come to.</summary>
    public void Compare(SellerOrder order, Answer engine)
    {
        var (status, total) = (engine.Member("status") ?? "?", engine.Number("total"));
        lock (_lock)
        {
            Expected += order.Total;
            Engine += total;
            Paid += engine.Number("amountPaid");
            RefundDue += engine.Number("refundDue");
            Payments += order.Payments.Count;
            _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
            Equal(order, "total", order.Total, total);
            Equal(order, "freight", order.Freight, engine.Number("shippingFee"));
            Equal(order, "voucher", order.Voucher, engine.Number("discountAmount"));
            Equal(order, "paid", order.Paid, engine.Number("amountPaid"));
            Equal(order, "refund due", status == "cancelled" ? order.Paid : 0, engine.Number("refundDue"));
            if (OlistStatus.Next(status, order.Target, unpaid: false) != Step.Done)
            {
                Deviate($"{order.Key}: recorded as {order.Order.Status.ToString().ToLowerInvariant()}, which is {order.Target} here, but "
                    + $"it is {status}");
            }
        }
    }

    /// <summary>The deviations, as many as a person reads; <see cref="Deviations"/> counts all.</summary>
    public IReadOnlyList<string> Examples()
    {
        lock (_lock)
        {
            return [.. _deviations];
        }
    }

    public string RefusedByCode() => ByName(_refused);

    public string Statuses() => ByName(_statuses);

    private void Equal(SellerOrder order, string what, long expected, long actual)
    {
        if (expected != actual)
        {
            Deviate($"{order.Key}: {what} must be {Brl.Of(expected)} and is {Brl.Of(actual)}");
        }
    }

    private void Deviate(string what)
    {
        Deviations++;
        if (_deviations.Count < Shown)
        {
            _deviations.Add(what);
        }
    }

    private string ByName(Dictionary<string, int> counts)
    {
        lock (_lock)
        {
            return string.Join(", ", counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
                .Select(c => FormattableString.Invariant($"{c.Key} {c.Value:N0}")));
        }
    }
}
