using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>POST /orders/{id}/payments: money that came by another way; confirms, or is resolved as late.</summary>
internal sealed class RecordPayment(OrderChanges changes)
{
    public Task<Reply> HandleAsync(Request request) =>
        changes.RunAsync(request, staffOnly: true, keyRequired: true, (seen, f) => new PayCommand(
        seen.Order.Id, seen.Order.StoreId, request.Caller.Actor, Guid.CreateVersion7(), f.Text("provider", 60),
        f.Text("transactionId", 200),
        f.Long("amount", 1, PlacementRules.MaxTotal), f.Text("currency", 3), f.TextOrNull("method", 60),
        f.IntOrNull("installments", 1, 1000),
        f.TimeOrNull("receivedAt")), status: 201);
}
