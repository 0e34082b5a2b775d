using Holdfast.Identity.Links;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Customers;

/// <summary>
/// Decides who may see an order: the customer who placed it, whoever has a guest order's access key, and those who work for its store. For
/// all others it does not exist (404).
/// </summary>
internal sealed class OrderAccess(Db db, AccessKeys accessKeys)
{
    public async Task<Result<AccessibleOrder>> FindAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var orders = await db.ReadAsync(s => OrderRows.ReadAsync(s, [id]), request.Aborted);
        if (orders.Count == 0)
        {
            return Errors.NotFound;
        }

        var order = orders[0];
        return request.Caller.Manages(order.StoreId) ? new AccessibleOrder(order, Relation.Staff)
            : IsOwner(request, order.Id, order.CustomerId, order.IsGuest) ? new AccessibleOrder(order, Relation.Owner)
            : Errors.NotFound;
    }

    /// <summary>As <see cref="FindAsync"/>, for those who work for the store alone: its owner gets 403.</summary>
    public async Task<Result<AccessibleOrder>> FindAsStaffAsync(Request request)
    {
        var accessible = await FindAsync(request);
        return accessible is { IsOk: true, Value.Relation: Relation.Owner } ? Errors.Forbidden : accessible;
    }

    /// <summary>Whether the caller may see the order that the document shows.</summary>
    public bool MaySee(Request request, Guid orderId, Document document) => document is { StoreId: { } storeId, CustomerId: { } customerId }
        && (request.Caller.Manages(storeId) || IsOwner(request, orderId, customerId, document.IsGuest));

    private bool IsOwner(Request request, Guid orderId, Guid customerId, bool isGuest) =>
        request.Caller.Role == Role.Customer ? !isGuest && request.Caller.Subject == customerId
        : isGuest && request.Header("X-Access-Key") is { } key && accessKeys.Matches(orderId, key);
}
