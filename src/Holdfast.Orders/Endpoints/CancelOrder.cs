using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// POST /orders/{id}/cancel, by its owner; those who work for the store may name lines, and cancel what is open of an order that is partly
/// shipped.
/// </summary>
internal sealed class CancelOrder(OrderChanges changes)
{
    public Task<Reply> HandleAsync(Request request) => changes.RunAsync(request, staffOnly: false, keyRequired: false,
        (seen, f) => new CancelCommand(seen.Order.Id, seen.Order.StoreId, request.Caller.Actor, f.TextOrNull("reason", 500))
        {
            Lines = seen.Relation == Relation.Staff ? OrderChanges.Lines(f) : null,
            ByStore = seen.Relation == Relation.Staff,
        });
}
