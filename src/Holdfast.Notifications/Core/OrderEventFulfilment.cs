
namespace Holdfast.Notifications.Core;

/// <summary>A shipment or a return.</summary>
public sealed record OrderEventFulfilment(string Kind, string? Carrier, string? TrackingNumber, IReadOnlyList<OrderEventPieces> Lines);
