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

/// <param name="Line">The item and how many of it; null: the whole order, or all that is open of it.</param>
public sealed record CancelStep(Guid OrderId, (int Item, long Quantity)? Line) : Step(OrderId);

/// <param name="Line">The item and how many of it; null: all that is open.</param>
public sealed record ShipStep(Guid OrderId, (int Item, long Quantity)? Line) : Step(OrderId);

public sealed record DeliverStep(Guid OrderId) : Step(OrderId);

/// <param name="Line">The item and how many of it; null: all that is not back yet.</param>
public sealed record ReturnStep(Guid OrderId, bool Restock, (int Item, long Quantity)? Line) : Step(OrderId);

public sealed record SweepStep() : Step(Guid.Empty);

public sealed record JumpStep(TimeSpan By) : Step(Guid.Empty);

public sealed record CrashStep() : Step(Guid.Empty);

/// <summary>
/// Keeps books of its own, by rules written a second time and on purpose without the engine's code, and says what each answer must be.
/// </summary>
public sealed partial class Auditor(long[] stock, int?[] limits)
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

    /// <summary>Live uses, by code and buyer.</summary>
    public Dictionary<(int Code, string Buyer), long> Uses { get; } = Enumerable.Range(0, Steps.Codes.Count)
        .SelectMany(c => Steps.Buyers.Select(b => (c, b))).ToDictionary(k => k, _ => 0L);

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
        Hold(booked, +1);
        _orders.Add(place.OrderId, booked);
        return Tell(place.OrderId);
    }

    private bool CodeIsLeft(PlaceStep place) => place.Code is not { } code
        || (Uses.Where(u => u.Key.Code == code).Sum(u => u.Value) < Steps.Codes[code].Limit && Uses[(code,
            place.Buyer)] < Steps.Codes[code].LimitPerBuyer);

    /// <summary>All that an order holds, or holds still: taken or given back.</summary>
    private void Hold(Booked order, int sign)
    {
        if (order.Placed.Code is { } code)
        {
            Uses[(code, order.Placed.Buyer)] += sign;
        }

        if (order.PointsLeft > 0 && sign > 0)
        {
            Points[order.Placed.Buyer].Spend(order.PointsLeft);
        }
        else if (order.PointsLeft > 0)
        {
            Points[order.Placed.Buyer].GiveBack(order.PointsLeft);
            Points[order.Placed.Buyer].Lapse(_clock);
        }

        foreach (var item in order.Items)
        {
            // Only what is shipped and not gone is not open, and nothing of that is ever given back here.
            Reserved[item] += sign * order.Open(item);
            Bought(item, order.Placed.Buyer, sign * order.Live(item));
        }
    }

    private void Bought(int item, string buyer, long by)
    {
        if (limits[item] is not null)
        {
            _bought[(item, buyer)] = _bought.GetValueOrDefault((item, buyer)) + by;
        }
    }

    private Answer Tell(Guid id)
    {
        var order = _orders[id];
        return new Answer(id, null, order.Status, order.Paid, order.Due);
    }
}
