using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary><c>GET /loyalty/{customerId}?storeId</c>, for the store's staff.</summary>
internal sealed class GetPoints(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var store = request.QueryId("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (request.Id("customerId") is not { } customerId || !request.Caller.Manages(store.Value))
        {
            return Errors.NotFound;
        }

        return await db.ReadAsync<Reply>(async s => await PointsReader.IsCustomerAsync(s, customerId)
            ? Reply.Ok((await PointsReader.ViewAsync(s, [(customerId, store.Value)]))[0])
            : Errors.NotFound, request.Aborted);
    }
}
