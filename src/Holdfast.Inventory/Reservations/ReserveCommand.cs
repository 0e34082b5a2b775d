using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Inventory;

/// <summary>Hold these lines, each variant once, for so long.</summary>
public sealed record ReserveCommand(Guid Id, Caller Caller, IdempotencyKey? Key, IReadOnlyList<StockLine> Lines, string? Reference,
    TimeSpan Ttl)
    : ReservationCommand(Id, Caller, Key);
