using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>A code with what it takes off the goods; minor units.</summary>
public sealed record AppliedCode(DiscountCode Code, long Amount);
