namespace Holdfast.Tests.Simulation;

/// <summary>An order in the auditor's books, with what it costs by rules of its own: in decimals, and from its pieces alone.</summary>
public sealed class Booked
{
    public required PlaceStep Placed { get; init; }
    public required long Total { get; init; }
    public TimeSpan? Expires { get; init; }
    public string Status { get; set; } = "pending";
    public long Paid { get; set; }
    public long Due { get; set; }
    public Dictionary<int, long> Shipped { get; } = [];
    public Dictionary<int, long> Cancelled { get; } = [];
    public Dictionary<int, long> Undelivered { get; } = [];
    public Dictionary<int, long> Returned { get; } = [];
    public bool Cash => Placed.Method == "cash_on_delivery";

    /// <summary>What is ours of what was paid.</summary>
    public long Kept => Paid - Due;

    public long Open(int item) => Bought(item) - Shipped.GetValueOrDefault(item) - Cancelled.GetValueOrDefault(item);

    public long Out(int item) => Shipped.GetValueOrDefault(item) - Undelivered.GetValueOrDefault(item) - Returned.GetValueOrDefault(item);

    public long Live(int item) => Bought(item) - Gone(item);

    public IEnumerable<int> Items => Placed.Lines.Select(l => l.Item);

    public bool AnyLive => Items.Any(i => Live(i) > 0);

    /// <summary>What is to be paid for the pieces that are not gone.</summary>
    public long Cost => AnyLive ? Total - (Price(Items.ToDictionary(i => i, Gone)) - Part(Placed.Points * Steps.PointValue)) : 0;

    /// <summary>The points that pay for what is left.</summary>
    public long PointsLeft => AnyLive ? Placed.Points - Part(Placed.Points) : 0;

    /// <summary>What did not come to the buyer, or came back.</summary>
    public Dictionary<int, long> NotKept => Items.ToDictionary(i => i, i => Gone(i) + Returned.GetValueOrDefault(i));

    private long Bought(int item) => Placed.Lines.Where(l => l.Item == item).Sum(l => l.Quantity);

    private long Gone(int item) => Cancelled.GetValueOrDefault(item) + Undelivered.GetValueOrDefault(item);

    private long Part(long amount) => Half((decimal)amount * Price(Items.ToDictionary(i => i, Gone)) / (Total
        + (Placed.Points * Steps.PointValue)));

    private long Price(Dictionary<int, long> pieces)
    {
        var discounts = Bill.Shares(Placed);
        return pieces.Sum(p => (Steps.Prices[p.Key] * p.Value) - Half((decimal)discounts[p.Key] * p.Value / Bought(p.Key)));
    }

    private static long Half(decimal exact) => (long)Math.Round(exact, MidpointRounding.AwayFromZero);
}
