namespace Holdfast.Orders.Core;

/// <summary>Something that has happened to an order in this batch.</summary>
/// <param name="After">The order as events carry it.</param>
/// <param name="Previous">The members of the state before.</param>
public sealed record OrderEvent(string Type, Order After, string Previous, string Actor);
