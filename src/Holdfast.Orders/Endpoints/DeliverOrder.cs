using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>POST /orders/{id}/deliver; cash on delivery is paid by it.</summary>
internal sealed class DeliverOrder(OrderChanges changes)
{
    public Task<Reply> HandleAsync(Request request) => changes.RunAsync(request, staffOnly: true, keyRequired: false,
        (seen, _) => new DeliverCommand(seen.Order.Id, seen.Order.StoreId, request.Caller.Actor, Guid.CreateVersion7()));
}
