using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// POST /orders/{id}/return: some lines, or all that is out; back into stock unless <c>restock</c> is false. Before the delivery it means:
/// undelivered.
/// </summary>
internal sealed class ReturnOrder(OrderChanges changes)
{
    public Task<Reply> HandleAsync(Request request) =>
        changes.RunAsync(request, staffOnly: true, keyRequired: false, (seen, f) => new ReturnCommand(
        seen.Order.Id, seen.Order.StoreId, request.Caller.Actor, Guid.CreateVersion7(), OrderChanges.Lines(f), f.BoolOrNull("restock")
        ?? true));
}
