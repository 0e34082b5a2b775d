namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the customers' file. One person (<c>UniqueId</c>) has a customer id per order.</summary>
internal sealed record Customer(string Id, string UniqueId, string PostalCode, string City, string State);
