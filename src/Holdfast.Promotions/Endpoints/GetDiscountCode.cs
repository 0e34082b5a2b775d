using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary><c>GET /discount-codes/{code}?storeId</c>.</summary>
internal sealed class GetDiscountCode(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var store = request.QueryIdOrNull("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (DiscountAddress.Refusal(request.Caller, store.Value) is { } refusal)
        {
            return refusal;
        }

        var key = DiscountAddress.KeyOf(request);
        var found = key is null ? null : await db.ReadAsync(s => DiscountRows.FindAsync(s, store.Value, key), request.Aborted);
        return found is null ? Errors.NotFound : Reply.Ok(found, found.Version);
    }
}
