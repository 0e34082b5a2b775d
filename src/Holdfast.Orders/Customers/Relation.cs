
namespace Holdfast.Orders.Customers;

/// <summary>What a caller is to an order.</summary>
internal enum Relation
{
    Owner,
    Staff,
}
