namespace Holdfast.Orders.Core;

/// <summary>A code with what it takes off the goods; minor units.</summary>
public sealed record QuoteDiscount(string Code, long Amount);
