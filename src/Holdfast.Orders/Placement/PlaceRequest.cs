using Holdfast.Orders.Core;
using Holdfast.Platform.Http.Idempotency;

namespace Holdfast.Orders.Placement;

/// <summary>A command with the key that makes it happen once.</summary>
public sealed record PlaceRequest(PlaceCommand Command, IdempotencyKey Key);
