using Holdfast.Orders.Core;

namespace Holdfast.Orders.Customers;

/// <summary>An order that a caller may see, and the caller's relation to it.</summary>
internal sealed record AccessibleOrder(Order Order, Relation Relation);
