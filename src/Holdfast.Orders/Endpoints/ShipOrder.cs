using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>POST /orders/{id}/ship: some lines, or all that is open.</summary>
internal sealed class ShipOrder(OrderChanges changes)
{
    public Task<Reply> HandleAsync(Request request) =>
        changes.RunAsync(request, staffOnly: true, keyRequired: false, (seen, f) => new ShipCommand(
        seen.Order.Id, seen.Order.StoreId, request.Caller.Actor, Guid.CreateVersion7(), OrderChanges.Lines(f), f.TextOrNull("carrier", 100),
        f.TextOrNull("trackingNumber", 100)));
}
