using Holdfast.Carts.Core;
using Holdfast.Carts.Storage;
using Holdfast.Catalog.Storage;
using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Microsoft.Extensions.Caching.Hybrid;

namespace Holdfast.Carts.Endpoints;

/// <summary>
/// <c>GET /carts/{storeId}</c>, <c>PUT /carts/{storeId}/lines/{variantId}</c> <c>{quantity}</c>, <c>DELETE</c> of a line and of the cart.
/// Every answer is the cart as it is then, with its version as ETag; <c>If-Match</c> is heeded where it is sent.
/// </summary>
public sealed class CartEndpoints(Db db, Documents documents, RateLimits limits)
{
    private static readonly HybridCacheEntryOptions Kept = new() { Expiration = TimeSpan.FromDays(30) };

    /// <summary>
    /// A store's cart, cached but where it is to be made or merged; one that nobody put anything into is empty, has version 0 and is not
    /// stored.
    /// </summary>
    public async Task<Reply> GetAsync(Request request)
    {
        if (request.Id("storeId") is not { } storeId)
        {
            return Errors.NotFound;
        }

        var owner = CartOwner.Of(request);
        // A token that was made up, and a store that is none, must leave nothing in a cache.
        if (owner is { NewToken: null, Visitor: null } && await ExistsAsync(storeId, owner, request.Aborted))
        {
            var found = await documents.FindAsync(CartNames.Cart(storeId, owner.Key), (this, storeId, owner),
                static (s, ct) => s.Item1.LoadAsync(s.storeId, s.owner, ct),
                [CatalogNames.Store(storeId), CatalogNames.StockOf(storeId)], Kept, request.Aborted);
            return found.Document.IsNone ? Errors.NotFound : Reply.Cached(found);
        }

        var open = await LoadLockedAsync(storeId, owner, request.Aborted);
        return open.IsOk ? Answer(request, CartView.Of(open.Value.Cart, storeId, open.Value.Currency, owner.NewToken, open.Value.NotMerged))
            : open.Error!;
    }

    /// <summary>Sets how many pieces of a variant there are to be. The price and name of the moment stay with a new line.</summary>
    public async Task<Reply> SetLineAsync(Request request)
    {
        var fields = await request.FieldsAsync();
        if (!fields.IsOk)
        {
            return fields.Error!;
        }

        var quantity = fields.Value.Long("quantity", 1, Cart.MaxQuantity);
        if (fields.Value.Done() is { } error)
        {
            return error;
        }

        return request.Id("variantId") is not { } variantId ? Errors.NotFound : await ChangeAsync(request, create: true, async (tx, open) =>
        {
            var variant = await CartTable.FindVariantAsync(tx, open.StoreId, variantId);
            if (variant is not { ForSale: true })
            {
                return variant is null ? InventoryErrors.UnknownVariant([variantId]) : InventoryErrors.NotForSale([variantId]);
            }

            if (open.Cart.Find(variantId) is null && open.Cart.Lines.Count >= Cart.MaxLines)
            {
                return CartErrors.Full;
            }

            var batch = tx.Batch();
            CartTable.Write(batch, open.Cart.Id!.Value, open.StoreId,
                [new CartLine(variantId, quantity, variant.Price, variant.Name, open.Cart.AddedAt(open.Now), variant)]);
            CartTable.Touch(batch, open.Cart.Id.Value, open.Now, open.Owner.IsCustomer);
            await batch.RunAsync();
            return null;
        });
    }

    /// <summary>Takes a line out; one that is not there is no error.</summary>
    public async Task<Reply> RemoveLineAsync(Request request) =>
        request.Id("variantId") is not { } variantId ? Errors.NotFound : await ChangeAsync(request, create: false, (tx, open) =>
            RemoveAsync(tx, open, open.Cart.Find(variantId) is not null, "DELETE FROM cart_lines WHERE cart_id = $1 AND variant_id = $2",
            open.Cart.Id, variantId));

    /// <summary>Takes all lines out; the visitor's token stays good.</summary>
    public Task<Reply> ClearAsync(Request request) => ChangeAsync(request, create: false, (tx, open) =>
        RemoveAsync(tx, open, open.Cart.Lines.Count > 0, "DELETE FROM cart_lines WHERE cart_id = $1", open.Cart.Id));

    /// <summary>
    /// The cart without a lock, once a visitor's cart that its customer brought along was merged into it; 404 when there is no such store,
    /// 401 when there is no account any more to merge for.
    /// </summary>
    /// <param name="isWhole">Nothing is merged, and both carts stay, where the customer's could not take all: what it could not take is
    /// still told.</param>
    internal async Task<Result<LockedCart>> LoadLockedAsync(Guid storeId, CartOwner owner, CancellationToken ct, bool isWhole = false)
    {
        var (open, hasVisitors) = await db.ReadAsync(async session =>
        {
            var batch = session.Batch();
            var now = batch.Now();
            var currency = CartTable.Currency(batch, storeId);
            var cart = CartTable.Read(batch, storeId, owner.Key, owner.Buyer);
            var visitors = batch.Query("SELECT id FROM carts WHERE store_id = $1 AND owner = $2", r => r.Uuid(0), storeId, owner.Visitor
                ?? "");
            await batch.RunAsync();
            return (currency.First is { } code ? new LockedCart(CartTable.ToCart(cart), storeId, code, owner, now.Rows[0], null)
                : null, visitors.Rows.Count > 0);
        }, ct);
        if (open is null || !hasVisitors)
        {
            return open is null ? Errors.NotFound : open;
        }

        return await db.WriteAsync(async tx =>
        {
            var merged = await LockedCart.LoadAsync(tx, storeId, owner, create: true);
            if (isWhole && merged is { IsOk: true, Value.NotMerged.Count: > 0 })
            {
                await tx.RollbackAsync();
            }

            return merged;
        }, ct);
    }

    private Task<bool> ExistsAsync(Guid storeId, CartOwner owner, CancellationToken ct) =>
        db.ReadAsync(s => s.FirstAsync("SELECT 1 FROM carts WHERE store_id = $1 AND owner = $2", r => r.Int(0) == 1, storeId, owner.Key),
        ct);

    private async Task<Document> LoadAsync(Guid storeId, CartOwner owner, CancellationToken ct) =>
        await LoadLockedAsync(storeId, owner, ct) is { IsOk: true, Value: var open }
            ? Document.Hashed(CartView.Of(open.Cart, storeId, open.Currency, null, null), open.Cart.Version) : Document.None;

    private static async Task<Error?> RemoveAsync(Tx tx, LockedCart open, bool isThere, string sql, params object?[] args)
    {
        if (isThere)
        {
            var batch = tx.Batch();
            batch.Execute(sql, args);
            CartTable.Touch(batch, open.Cart.Id!.Value, open.Now, open.Owner.IsCustomer);
            await batch.RunAsync();
        }

        return null;
    }

    private async Task<Reply> ChangeAsync(Request request, bool create, Func<Tx, LockedCart, Task<Error?>> change)
    {
        if (request.Id("storeId") is not { } storeId)
        {
            return Errors.NotFound;
        }

        var owner = CartOwner.Of(request);
        if (create && !owner.IsCustomer && !await ExistsAsync(storeId, owner, request.Aborted)
            && await limits.RefuseAsync(request.Http, request.Caller, Limit.NewCarts) is { } tooMany)
        {
            return tooMany;
        }

        return await db.WriteAsync<Reply>(async tx =>
        {
            var opened = await LockedCart.LoadAsync(tx, storeId, owner, create);
            var refusal = !opened.IsOk ? opened.Error
                : request.IfMatch?.Holds(opened.Value.Cart.Version) == false ? Errors.PreconditionFailed
                : await change(tx, opened.Value);
            if (refusal is null)
            {
                // Where there is no cart, nothing has changed: a token that was made up leaves nothing behind.
                if (opened.Value.Cart.Id is not null)
                {
                    tx.Invalidate(CartNames.Cart(storeId, owner.Key));
                }

                return Answer(request, await opened.Value.ViewAsync(tx));
            }

            await tx.RollbackAsync();
            return refusal;
        }, request.Aborted);
    }

    private static Reply Answer(Request request, CartView cart)
    {
        if (cart.CartToken is { } token)
        {
            request.Http.Response.Headers[CartOwner.Header] = token;
            request.Http.Response.Headers.CacheControl = "no-store";
        }

        return Reply.Ok(cart, cart.Version);
    }
}
