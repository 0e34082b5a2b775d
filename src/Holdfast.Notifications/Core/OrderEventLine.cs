
namespace Holdfast.Notifications.Core;

/// <summary>One line of an order.</summary>
public sealed record OrderEventLine(Guid VariantId, string ProductName, string Sku, long UnitPrice, long Quantity, long LineTotal);
