using System.Net;

namespace Holdfast.Orders.Customers;

/// <summary>What somebody says that they have ordered, and in which language they want to read about it.</summary>
/// <param name="Client">The address that asks, as limits count it.</param>
internal sealed record Lookup(string Number, string Email, bool IsVietnamese, IPAddress Client);
