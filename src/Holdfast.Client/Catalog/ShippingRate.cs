namespace Holdfast.Client;

/// <summary>What delivery costs from an amount of goods on, after their discount. Minor units.</summary>
/// <param name="From">What the goods cost at least.</param>
/// <param name="Fee">What delivery costs then.</param>
public sealed record ShippingRate(long From, long Fee);
