using System.Net;

namespace Holdfast.Orders.Customers;

/// <summary>The order that somebody describes, and the language of the mail.</summary>
/// <param name="Client">The address that asks, as limits count it.</param>
internal sealed record Lookup(string Number, string Email, bool IsVietnamese, IPAddress Client);
