using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Reservations;

/// <summary>Let the goods leave the house.</summary>
public sealed record CommitCommand(Guid Id, Caller Caller, IdempotencyKey? Key) : ReservationCommand(Id, Caller, Key);
