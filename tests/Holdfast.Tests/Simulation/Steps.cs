namespace Holdfast.Tests.Simulation;

/// <summary>Random steps from a seed: the same seed, the same steps. Guids, too, come from the seed.</summary>
public sealed class Steps(int seed)
{
    private static readonly string[] Methods = ["online", "online", "bank_transfer", "cash_on_delivery"];

    private readonly Random _random = new(seed);
    private readonly List<PlaceStep> _placed = [];
    private readonly List<PayStep> _paid = [];

    public const int Items = 4;

    public static readonly long[] Stock = [12, 5, 30, 3];

    public static readonly long[] Prices = [1000, 2500, 0, 99];

    public static readonly int?[] Limits = [null, null, null, 2];

    /// <summary>
    /// The codes: a fixed amount, or basis points; so often in all and for each buyer. No order costs less than one and the points
    /// together.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Kind, long Value, int Limit, int LimitPerBuyer)> Codes =
        [("SIM", "fixed", 50, 5, 3), ("PART", "percent", 1250, 6, 4)];

    public const long PointValue = 10;
    public const long AmountPerPoint = 500;
    public const long PointsAtFirst = 10;

    /// <summary>Those that are earned; those at first never lapse.</summary>
    public static readonly TimeSpan PointsLast = TimeSpan.FromDays(1);

    /// <summary>The third orders as a guest and has no points.</summary>
    public static readonly string[] Buyers = ["buyer0@example.com", "buyer1@example.com", "buyer2@example.com"];

    public static readonly Guid?[] Accounts = [new Guid(1, 7, 0, new byte[8]), new Guid(2, 7, 0, new byte[8]), null];

    public Step Next()
    {
        var dice = _random.Next(100);
        if (_placed.Count == 0 || dice < 35)
        {
            return Place();
        }

        var order = _placed[Math.Max(0, _placed.Count - 1 - _random.Next(Math.Min(_placed.Count, 15)))].OrderId;
        return dice switch
        {
            < 60 => Pay(order),
            < 68 => new CancelStep(order, Line(order)),
            < 75 => new ShipStep(order, Line(order)),
            < 80 => new DeliverStep(order),
            < 86 => Return(order),
            < 91 => new SweepStep(),
            // Never to within a second of an expiry, so that the real clock's milliseconds do not matter.
            < 96 => new JumpStep(TimeSpan.FromMinutes(_random.Next(4) * 6.7)),
            < 98 => new JumpStep(TimeSpan.FromHours(31)),
            < 99 => new CrashStep(),
            _ => new PayStep(Id(), $"t-{_random.Next()}", 5),
        };
    }

    private PlaceStep Place()
    {
        // Now and then somebody repeats what they sent before.
        if (_placed.Count > 0 && _random.Next(12) == 0)
        {
            return _placed[_random.Next(_placed.Count)];
        }

        var lines = Enumerable.Range(0, Items).Where(_ => _random.Next(2) == 0).Select(i => (i, (long)_random.Next(1, 4))).ToList();
        var buyer = _random.Next(3);
        var points = Accounts[buyer] is null || _random.Next(2) == 0 ? 0 : _random.Next(5);
        var place = new PlaceStep(Id(), Id(), lines.Count > 0 ? lines : [(0, 1)], Methods[_random.Next(Methods.Length)], Buyers[buyer],
            _random.Next(3) == 0 ? _random.Next(Codes.Count) : null, points);
        // An order of nothing but the free item has no time to pay and no state that money could change; it is tested apart.
        if (place.Lines.All(l => Prices[l.Item] == 0))
        {
            place = place with { Lines = [.. place.Lines, (0, 1)] };
        }

        _placed.Add(place);
        return place;
    }

    private PayStep Pay(Guid order)
    {
        if (_paid.Count > 0 && _random.Next(8) == 0)
        {
            var again = _paid[_random.Next(_paid.Count)];
            return _random.Next(4) == 0 ? again with { Amount = again.Amount + 1 } : again;
        }

        var total = Bill.Total(_placed.First(p => p.OrderId == order));
        var amount = _random.Next(4) switch { 0 => Math.Max(1, total / 2), 1 => total + 7, _ => Math.Max(1, total) };
        var pay = new PayStep(order, $"t-{seed}-{_paid.Count}", amount);
        _paid.Add(pay);
        return pay;
    }

    private ReturnStep Return(Guid order) => new(order, _random.Next(2) == 0, Line(order));

    /// <summary>Some of an order's pieces, or null for all.</summary>
    private (int Item, long Quantity)? Line(Guid order)
    {
        var bought = _placed.First(p => p.OrderId == order).Lines;
        var (item, quantity) = bought[_random.Next(bought.Count)];
        return _random.Next(3) == 0 ? null : (item, _random.NextInt64(1, quantity + 1));
    }

    private Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
