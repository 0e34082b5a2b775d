using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Inventory;

/// <summary>Let the goods leave the house.</summary>
public sealed record CommitCommand(Guid Id, Caller Caller, IdempotencyKey? Key) : ReservationCommand(Id, Caller, Key);
