using Holdfast.Carts.Core;
using Holdfast.Carts.Storage;
using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Microsoft.Extensions.Caching.Hybrid;

namespace Holdfast.Carts.Endpoints;

/// <summary>
/// <c>GET /carts/{storeId}</c>: a store's cart with its version as ETag, cached but where it is to be made or merged. One that nobody put
/// anything into is empty, has version 0 and is not stored.
/// </summary>
internal sealed class GetCart(CartStore carts, Documents documents)
{
    private static readonly HybridCacheEntryOptions Kept = new() { Expiration = TimeSpan.FromDays(30) };

    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id("storeId") is not { } storeId)
        {
            return Errors.NotFound;
        }

        var owner = CartOwner.Of(request);
        // A token that was made up, and a store that is none, must leave nothing in a cache.
        if (owner is { NewToken: null, Visitor: null } && await carts.ExistsAsync(storeId, owner, request.Aborted))
        {
            var found = await documents.FindAsync(CartNames.Cart(storeId, owner.Key), (this, storeId, owner),
                static (s, ct) => s.Item1.LoadAsync(s.storeId, s.owner, ct),
                [CatalogNames.Store(storeId), CatalogNames.StockOf(storeId)], Kept, request.Aborted);
            return found.Document.IsNone ? Errors.NotFound : Reply.Cached(found);
        }

        var open = await carts.LoadLockedAsync(storeId, owner, request.Aborted);
        if (!open.IsOk)
        {
            return open.Error!;
        }

        return CartReply.Of(request,
            CartView.Of(open.Value.Cart, storeId, open.Value.Currency, owner.NewToken, open.Value.NotMerged));
    }

    private async Task<Document> LoadAsync(Guid storeId, CartOwner owner, CancellationToken ct) =>
        await carts.LoadLockedAsync(storeId, owner, ct) is { IsOk: true, Value: var open }
            ? Document.Hashed(CartView.Of(open.Cart, storeId, open.Currency, null, null), open.Cart.Version) : Document.None;
}
