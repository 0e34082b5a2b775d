using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Inventory;

/// <summary>A reservation to be made or ended.</summary>
/// <param name="Id">Of the reservation; a new one for <see cref="ReserveCommand"/>.</param>
/// <param name="Key">The request's Idempotency-Key, or null without one.</param>
public abstract record ReservationCommand(Guid Id, Caller Caller, IdempotencyKey? Key)
{
    public string Location => $"{Routes.Base}/inventory/reservations/{Id}";
}
