using Holdfast.Orders.Core;

namespace Holdfast.Orders.Customers;

/// <summary>An order a caller may see, and as what.</summary>
internal sealed record AccessibleOrder(Order Order, Relation Relation);
