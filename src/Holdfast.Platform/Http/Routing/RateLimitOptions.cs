
namespace Holdfast.Platform.Http.Routing;

/// <summary>The number of requests per window: that many at once, then evenly over the window.</summary>
public sealed record RateLimitOptions
{
    public bool On { get; init; } = true;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    public int SignInsPerAddress { get; init; } = 20;

    /// <summary>Each session refreshes every 15 minutes: this is enough for 9,000 sessions behind one address.</summary>
    public int RefreshesPerAddress { get; init; } = 600;

    public int RefreshesPerSession { get; init; } = 20;

    /// <summary>Many customers may share an address, such as that of a company or a mobile network.</summary>
    public int PlacingsPerAddress { get; init; } = 120;

    public int PlacingsPerCustomer { get; init; } = 30;

    public int QuotesPerAddress { get; init; } = 300;

    public int QuotesPerCustomer { get; init; } = 120;

    public int CartsPerAddress { get; init; } = 600;

    public int CartsPerCustomer { get; init; } = 120;

    /// <summary>As many as for placing orders.</summary>
    public int NewCartsPerAddress { get; init; } = 120;
}
