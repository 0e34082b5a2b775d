namespace Holdfast.Tests.Simulation;

/// <summary>What happens to orders that were placed.</summary>
public sealed partial class Auditor
{
    private Answer Change(Step step)
    {
        var order = _orders[step.OrderId];
        var overdue = order.Status == "pending" && order.Expires <= _clock;
        switch (step)
        {
            case PayStep pay when _transactions.TryGetValue(pay.Transaction, out var known):
                if (known != (pay.OrderId, pay.Amount))
                {
                    return Answer.Refused(step.OrderId, "transaction_conflict");
                }

                ExpireIfDue(step.OrderId);
                return Tell(step.OrderId);
            case PayStep pay:
                ExpireIfDue(step.OrderId);
                Pay(order, pay);
                return Tell(step.OrderId);
            case CancelStep cancel when !overdue && order.Status is "pending" or "confirmed" or "partially_shipped" && !overdue:
                return Move(cancel.Line, order, order.Open, step.OrderId, lines => Cancel(order, lines));
            case ShipStep ship when order.Status is "confirmed" or "partially_shipped":
                return Move(ship.Line, order, order.Open, step.OrderId, lines => Ship(order, lines));
            case DeliverStep when order.Status == "shipped":
                order.Status = "delivered";
                order.Paid += order.Cash ? Math.Max(0, order.Cost - order.Kept) : 0;
                if (Points.TryGetValue(order.Placed.Buyer, out var earner))
                {
                    earner.Earn(Bill.Kept(order.Placed, order.NotKept) / Steps.AmountPerPoint, step.OrderId, _clock + Steps.PointsLast);
                }

                return Tell(step.OrderId);
            case ReturnStep back when order.Status is "shipped" or "partially_shipped":
                return Move(back.Line, order, order.Out, step.OrderId, lines => ComeBack(back, order, lines));
            case ReturnStep back when order.Status == "delivered":
                return Move(back.Line, order, order.Out, step.OrderId, lines => Return(back, order, lines));
            default:
                return Answer.Refused(step.OrderId, "illegal_transition");
        }
    }

    /// <summary>Does something with the line that was named, or with all that there is of each; not with more than there is.</summary>
    private Answer Move((int Item, long Quantity)? line, Booked order, Func<int, long> most, Guid id, Action<List<(int Item,
        long Quantity)>> move)
    {
        if (line is { } named && named.Quantity > most(named.Item))
        {
            return Answer.Refused(id, "quantity_too_large");
        }

        move(line is { } one ? [one] : [.. order.Items.Select(i => (i, most(i)))]);
        return Tell(id);
    }

    private void Cancel(Booked order, List<(int Item, long Quantity)> lines)
    {
        if (order.Items.All(i => order.Live(i) == lines.Where(l => l.Item == i).Sum(l => l.Quantity)))
        {
            Hold(order, -1);
            (order.Status, order.Due) = ("cancelled", order.Paid);
            return;
        }

        Leave(order, lines, order.Cancelled);
        foreach (var (item, quantity) in lines)
        {
            Reserved[item] -= quantity;
        }

        order.Status = order.Items.All(i => order.Open(i) == 0) ? "shipped" : order.Status;
        if (order.Status == "pending" && order.Kept >= order.Cost)
        {
            order.Status = "confirmed";
        }
    }

    private void Ship(Booked order, List<(int Item, long Quantity)> lines)
    {
        foreach (var (item, quantity) in lines)
        {
            OnHand[item] -= quantity;
            Reserved[item] -= quantity;
            order.Shipped[item] = order.Shipped.GetValueOrDefault(item) + quantity;
        }

        order.Status = order.Items.All(i => order.Open(i) == 0) ? "shipped" : "partially_shipped";
    }

    /// <summary>Before they were delivered: nobody pays for them.</summary>
    private void ComeBack(ReturnStep back, Booked order, List<(int Item, long Quantity)> lines)
    {
        Leave(order, lines, order.Undelivered);
        foreach (var (item, quantity) in lines)
        {
            OnHand[item] += back.Restock ? quantity : 0;
        }

        var isOpen = order.Items.Any(i => order.Open(i) > 0);
        var isOut = order.Items.Any(i => order.Out(i) > 0);
        order.Status = (isOpen, isOut) switch
        {
            (true, true) => "partially_shipped",
            (true, false) => "confirmed",
            (false,
            true) => "shipped",
            _ => "returned"
        };
        if (order.Status == "returned" && order.Placed.Code is { } code)
        {
            Uses[(code, order.Placed.Buyer)]--;
        }
    }

    private void Leave(Booked order, List<(int Item, long Quantity)> lines, Dictionary<int, long> kind)
    {
        var points = order.PointsLeft;
        foreach (var (item, quantity) in lines)
        {
            kind[item] = kind.GetValueOrDefault(item) + quantity;
            Bought(item, order.Placed.Buyer, -quantity);
        }

        if (points > order.PointsLeft)
        {
            Points[order.Placed.Buyer].GiveBack(points - order.PointsLeft);
            Points[order.Placed.Buyer].Lapse(_clock);
        }

        order.Due += Math.Max(0, order.Kept - order.Cost);
    }

    private void Return(ReturnStep back, Booked order, List<(int Item, long Quantity)> lines)
    {
        var before = Bill.Kept(order.Placed, order.NotKept);
        foreach (var (item, quantity) in lines)
        {
            OnHand[item] += back.Restock ? quantity : 0;
            order.Returned[item] = order.Returned.GetValueOrDefault(item) + quantity;
        }

        order.Status = order.Items.All(i => order.Out(i) == 0) ? "returned" : "delivered";
        if (Points.TryGetValue(order.Placed.Buyer, out var points) && points.Of(back.OrderId) is > 0 and var of)
        {
            points.TakeBack(back.OrderId, of - (of * Bill.Kept(order.Placed, order.NotKept) / before));
        }
    }

    private void Pay(Booked order, PayStep pay)
    {
        _transactions.Add(pay.Transaction, (pay.OrderId, pay.Amount));
        order.Paid += pay.Amount;
        if (order.Status is "cancelled" or "returned")
        {
            order.Due += pay.Amount;
        }
        else if (order.Status == "expired")
        {
            // In parts or at once: what there is counts, as long as nothing has gone back.
            var allowed = order.Items.All(i => limits[i] is not { } limit || _bought.GetValueOrDefault((i, order.Placed.Buyer))
                + order.Live(i) <= limit);
            var codeAndPoints = CodeIsLeft(order.Placed) && (order.PointsLeft == 0
                || Points[order.Placed.Buyer].Balance >= order.PointsLeft);
            if (order.Paid >= order.Cost && allowed && codeAndPoints && order.Items.All(i => Available(i) >= order.Live(i)))
            {
                Hold(order, +1);
                (order.Status, order.Due) = ("confirmed", order.Paid - order.Cost);
            }
            else
            {
                order.Due += pay.Amount;
            }
        }
        else
        {
            order.Due += Math.Max(0, order.Kept - order.Cost);
            if (order.Status == "pending" && order.Kept >= order.Cost)
            {
                order.Status = "confirmed";
            }
        }
    }

    private void ExpireIfDue(Guid id)
    {
        var order = _orders[id];
        if (order.Status == "pending" && order.Expires <= _clock)
        {
            Hold(order, -1);
            (order.Status, order.Due) = ("expired", order.Paid);
        }
    }
}
