
namespace Holdfast.Platform.Http.Routing;

/// <summary>How many requests within the window; as many at once, then evenly over the window.</summary>
public sealed record RateLimitOptions
{
    public bool On { get; init; } = true;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    public int SignInsPerAddress { get; init; } = 20;

    /// <summary>Each session refreshes every 15 minutes: this is what 9,000 of them behind one address need.</summary>
    public int RefreshesPerAddress { get; init; } = 600;

    public int RefreshesPerSession { get; init; } = 20;

    /// <summary>Many customers may share an address: a company's, or a mobile network's.</summary>
    public int PlacingsPerAddress { get; init; } = 120;

    public int PlacingsPerCustomer { get; init; } = 30;

    public int QuotesPerAddress { get; init; } = 300;

    public int QuotesPerCustomer { get; init; } = 120;

    public int CartsPerAddress { get; init; } = 600;

    public int CartsPerCustomer { get; init; } = 120;

    /// <summary>As many as may order.</summary>
    public int NewCartsPerAddress { get; init; } = 120;
}
