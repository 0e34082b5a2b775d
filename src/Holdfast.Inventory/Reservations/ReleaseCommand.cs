using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Inventory;

/// <summary>Give it back.</summary>
public sealed record ReleaseCommand(Guid Id, Caller Caller, IdempotencyKey? Key) : ReservationCommand(Id, Caller, Key);
