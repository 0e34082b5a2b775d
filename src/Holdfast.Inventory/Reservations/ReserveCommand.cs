using Holdfast.Inventory.Core;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Reservations;

/// <summary>Hold these lines, each variant once, for so long.</summary>
public sealed record ReserveCommand(Guid Id, Caller Caller, IdempotencyKey? Key, IReadOnlyList<StockLine> Lines, string? Reference,
    TimeSpan Ttl)
    : ReservationCommand(Id, Caller, Key);
