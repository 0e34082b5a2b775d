namespace Holdfast.Tests.Simulation;

/// <summary>What the system under test answered: an order's state, or a refusal's code.</summary>
public sealed record Answer(Guid OrderId, string? Code, string Status, long Paid, long RefundDue)
{
    public static Answer Refused(Guid orderId, string code) => new(orderId, code, "", 0, 0);
}

/// <summary>One step of a simulation.</summary>
public abstract record Step(Guid OrderId);

public sealed record PlaceStep(Guid OrderId, Guid Key, IReadOnlyList<(int Item, long Quantity)> Lines, string Method, string Buyer,
    int? Code, long Points) : Step(OrderId);

public sealed record PayStep(Guid OrderId, string Transaction, long Amount) : Step(OrderId);

public sealed record CancelStep(Guid OrderId) : Step(OrderId);

public sealed record ShipStep(Guid OrderId) : Step(OrderId);

public sealed record DeliverStep(Guid OrderId) : Step(OrderId);

/// <param name="Line">The item and how many of it; null: all that is not back yet.</param>
public sealed record ReturnStep(Guid OrderId, bool Restock, (int Item, long Quantity)? Line) : Step(OrderId);

public sealed record SweepStep() : Step(Guid.Empty);

public sealed record JumpStep(TimeSpan By) : Step(Guid.Empty);

public sealed record CrashStep() : Step(Guid.Empty);

/// <summary>
/// Keeps books of its own, by rules written a second time and on purpose without the engine's code, and says what each answer must be.
/// </summary>
public sealed class Auditor(long[] stock, int?[] limits)
{
    private static readonly TimeSpan Session = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Transfer = TimeSpan.FromHours(48);

    private readonly Dictionary<Guid, Booked> _orders = [];
    private readonly Dictionary<(int Item, string Buyer), long> _bought = [];
    private readonly Dictionary<string, (Guid Order, long Amount)> _transactions = [];
    private TimeSpan _clock;

    public long[] OnHand { get; } = [.. stock];

    public long[] Reserved { get; } = new long[stock.Length];

    public IReadOnlyDictionary<Guid, Booked> Orders => _orders;

    public sealed class Booked
    {
        public required PlaceStep Placed { get; init; }
        public required long Total { get; init; }
        public TimeSpan? Expires { get; init; }
        public string Status { get; set; } = "pending";
        public long Paid { get; set; }
        public long Due { get; set; }
        public Dictionary<int, long> Returned { get; } = [];
        public bool Cash => Placed.Method == "cash_on_delivery";
    }

    /// <summary>Live uses, by code and buyer.</summary>
    public Dictionary<(int Code, string Buyer), long> Uses { get; } = Enumerable.Range(0, Steps.Codes.Count).SelectMany(c => Steps.Buyers.Select(b => (c, b))).ToDictionary(k => k, _ => 0L);

    /// <summary>The points of those who have an account.</summary>
    public Dictionary<string, AuditedPoints> Points { get; } =
        Steps.Buyers.Where((_, i) => Steps.Accounts[i] is not null).ToDictionary(b => b, _ => new AuditedPoints(Steps.PointsAtFirst));

    public long Available(int item) => Math.Max(0, OnHand[item] - Reserved[item]);

    /// <summary>Books the step and returns what the answer must be; null where the step has none.</summary>
    public Answer? Expect(Step step)
    {
        var answer = Book(step);
        Points.Values.ToList().ForEach(p => p.Lapse(_clock));
        return answer;
    }

    private Answer? Book(Step step)
    {
        switch (step)
        {
            case JumpStep jump:
                _clock += jump.By;
                return null;
            case SweepStep:
                foreach (var id in _orders.Keys)
                {
                    ExpireIfDue(id);
                }

                return null;
            case CrashStep:
                return null;
            case PlaceStep place:
                return Place(place);
            default:
                return _orders.ContainsKey(step.OrderId) ? Change(step) : Answer.Refused(step.OrderId, "not_found");
        }
    }

    /// <summary>All that stands in an order's way, in the order in which the rules name one.</summary>
    public IEnumerable<string> Obstacles(PlaceStep place)
    {
        if (place.Lines.Any(l => Available(l.Item) < l.Quantity))
        {
            yield return "insufficient_stock";
        }

        if (!CodeIsLeft(place))
        {
            yield return "discount_used_up";
        }

        if (place.Points > 0 && Points[place.Buyer].Balance < place.Points)
        {
            yield return "insufficient_points";
        }

        if (place.Lines.Any(l => limits[l.Item] is { } limit && _bought.GetValueOrDefault((l.Item, place.Buyer)) + l.Quantity > limit))
        {
            yield return "purchase_limit";
        }
    }

    private Answer Place(PlaceStep place)
    {
        if (Obstacles(place).FirstOrDefault() is { } obstacle)
        {
            return Answer.Refused(place.OrderId, obstacle);
        }

        var booked = new Booked
        {
            Placed = place,
            Total = Bill.Total(place),
            Expires = place.Method switch { "online" => _clock + Session, "bank_transfer" => _clock + Transfer, _ => null },
            Status = place.Method == "cash_on_delivery" ? "confirmed" : "pending",
        };
        Hold(place, +1);
        _orders.Add(place.OrderId, booked);
        return Tell(place.OrderId);
    }

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
            case CancelStep when !overdue && order.Status is "pending" or "confirmed" && !overdue:
                Hold(order.Placed, -1);
                (order.Status, order.Due) = ("cancelled", order.Paid);
                return Tell(step.OrderId);
            case ShipStep when order.Status == "confirmed":
                foreach (var (item, quantity) in order.Placed.Lines)
                {
                    OnHand[item] -= quantity;
                    Reserved[item] -= quantity;
                }

                order.Status = "shipped";
                return Tell(step.OrderId);
            case DeliverStep when order.Status == "shipped":
                order.Status = "delivered";
                order.Paid += order.Cash ? Math.Max(0, order.Total - (order.Paid - order.Due)) : 0;
                if (Points.TryGetValue(order.Placed.Buyer, out var earner))
                {
                    earner.Earn(Bill.Kept(order.Placed, order.Returned) / Steps.AmountPerPoint, step.OrderId, _clock + Steps.PointsLast);
                }

                return Tell(step.OrderId);
            case ReturnStep back when order.Status == "delivered":
                return Return(back, order);
            default:
                return Answer.Refused(step.OrderId, "illegal_transition");
        }
    }

    private Answer Return(ReturnStep back, Booked order)
    {
        long Out(int item) => order.Placed.Lines.Where(l => l.Item == item).Sum(l => l.Quantity) - order.Returned.GetValueOrDefault(item);
        if (back.Line is { } named && named.Quantity > Out(named.Item))
        {
            return Answer.Refused(back.OrderId, "quantity_too_large");
        }

        var before = Bill.Kept(order.Placed, order.Returned);
        List<(int Item, long Quantity)> lines = back.Line is { } one ? [one] : [.. order.Placed.Lines.Select(l => (l.Item, Out(l.Item)))];
        foreach (var (item, quantity) in lines)
        {
            OnHand[item] += back.Restock ? quantity : 0;
            order.Returned[item] = order.Returned.GetValueOrDefault(item) + quantity;
        }

        order.Status = order.Placed.Lines.All(l => Out(l.Item) == 0) ? "returned" : "delivered";
        if (Points.TryGetValue(order.Placed.Buyer, out var points) && points.Of(back.OrderId) is > 0 and var of)
        {
            points.TakeBack(back.OrderId, of - (of * Bill.Kept(order.Placed, order.Returned) / before));
        }

        return Tell(back.OrderId);
    }

    private void Pay(Booked order, PayStep pay)
    {
        _transactions.Add(pay.Transaction, (pay.OrderId, pay.Amount));
        var kept = order.Paid - order.Due;
        order.Paid += pay.Amount;
        if (order.Status is "cancelled" or "returned")
        {
            order.Due += pay.Amount;
        }
        else if (order.Status == "expired")
        {
            var enough = kept + pay.Amount >= order.Total;
            var allowed = order.Placed.Lines.All(l => limits[l.Item] is not { } limit || _bought.GetValueOrDefault((l.Item, order.Placed.Buyer)) + l.Quantity <= limit);
            var codeAndPoints = CodeIsLeft(order.Placed) && (order.Placed.Points == 0 || Points[order.Placed.Buyer].Balance >= order.Placed.Points);
            if (enough && allowed && codeAndPoints && order.Placed.Lines.All(l => Available(l.Item) >= l.Quantity))
            {
                Hold(order.Placed, +1);
                order.Status = "confirmed";
                order.Due += kept + pay.Amount - order.Total;
            }
            else
            {
                order.Due += pay.Amount;
            }
        }
        else
        {
            order.Due += Math.Max(0, kept + pay.Amount - order.Total);
            if (order.Status == "pending" && order.Paid - order.Due >= order.Total)
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
            Hold(order.Placed, -1);
            (order.Status, order.Due) = ("expired", order.Paid);
        }
    }

    private bool CodeIsLeft(PlaceStep place) => place.Code is not { } code
        || (Uses.Where(u => u.Key.Code == code).Sum(u => u.Value) < Steps.Codes[code].Limit && Uses[(code, place.Buyer)] < Steps.Codes[code].LimitPerBuyer);

    private void Hold(PlaceStep place, int sign)
    {
        if (place.Code is { } code)
        {
            Uses[(code, place.Buyer)] += sign;
        }

        if (place.Points > 0 && sign > 0)
        {
            Points[place.Buyer].Spend(place.Points);
        }
        else if (place.Points > 0)
        {
            Points[place.Buyer].GiveBack(place.Points);
            Points[place.Buyer].Lapse(_clock);
        }

        foreach (var (item, quantity) in place.Lines)
        {
            Reserved[item] += sign * quantity;
            if (limits[item] is not null)
            {
                _bought[(item, place.Buyer)] = _bought.GetValueOrDefault((item, place.Buyer)) + (sign * quantity);
            }
        }
    }

    private Answer Tell(Guid id)
    {
        var order = _orders[id];
        return new Answer(id, null, order.Status, order.Paid, order.Due);
    }
}
