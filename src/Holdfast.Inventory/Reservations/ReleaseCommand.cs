using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Reservations;

/// <summary>Give it back.</summary>
public sealed record ReleaseCommand(Guid Id, Caller Caller, IdempotencyKey? Key) : ReservationCommand(Id, Caller, Key);
