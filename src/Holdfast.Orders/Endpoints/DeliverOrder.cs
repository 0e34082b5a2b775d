using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;

namespace Holdfast.Orders;

/// <summary>POST /orders/{id}/deliver; cash on delivery is paid by it.</summary>
internal sealed class DeliverOrder(OrderChanges changes)
{
    public Task<Reply> HandleAsync(Request request) => changes.RunAsync(request, staffOnly: true, keyRequired: false,
        (seen, _) => new DeliverCommand(seen.Order.Id, seen.Order.StoreId, request.Caller.Actor, Guid.CreateVersion7()));
}
