
namespace Holdfast.Orders.Customers;

/// <summary>The relation of a caller to an order.</summary>
internal enum Relation
{
    Owner,
    Staff,
}
