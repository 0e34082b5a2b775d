
namespace Holdfast.Catalog.Core;

/// <summary>What delivery costs when the goods, after their discount, cost <paramref name="From"/> or more. Minor units.</summary>
public sealed record ShippingRate(long From, long Fee);
