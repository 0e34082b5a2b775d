namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the orders' file. Times are kept as the source has them, without a zone.</summary>
internal sealed record Order(string Id, string CustomerId, RecordedStatus Status, DateTime PurchasedAt, bool Approved);
