using Holdfast.Orders.Core;
using Holdfast.Platform.Http.Idempotency;

namespace Holdfast.Orders.Lifecycle;

/// <summary>A change of an order, with the key that makes it happen once where the caller gave one.</summary>
/// <param name="Status">The HTTP status of its answer, kept with the key.</param>
public sealed record ChangeRequest(OrderCommand Command, IdempotencyKey? Key, int Status = 200);
