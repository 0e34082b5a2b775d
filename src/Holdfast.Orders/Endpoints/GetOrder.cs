using Holdfast.Orders.Customers;
using Holdfast.Orders.Events;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>GET /orders/{id}, cached; who may see it is asked of every request.</summary>
internal sealed class GetOrder(Db db, OrderAccess access, Documents documents)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var found = await documents.FindAsync(OrderNames.Order(id), (this, id), static (s, ct) => s.Item1.LoadAsync(s.id, ct),
            ct: request.Aborted);
        return access.MaySee(request, id, found.Document) ? Reply.Cached(found) : Errors.NotFound;
    }

    private async Task<Document> LoadAsync(Guid id, CancellationToken ct)
    {
        var orders = await db.ReadAsync(s => OrderRows.ReadAsync(s, [id]), ct);
        return orders is [var order]
            ? new Document(OrderJson.Write(order), $"\"{order.Version}\"")
            {
                StoreId = order.StoreId,
                CustomerId = order.CustomerId,
                IsGuest = order.IsGuest
            }
            : Document.None;
    }
}
