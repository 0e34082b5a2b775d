
namespace Holdfast.Notifications.Core;

/// <summary>A number of pieces of a line in a shipment or return.</summary>
public sealed record OrderEventPieces(Guid VariantId, long Quantity);
