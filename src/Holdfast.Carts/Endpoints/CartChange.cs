using Holdfast.Carts.Core;
using Holdfast.Carts.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts.Endpoints;

/// <summary>
/// Changes the cart that a request names, under lock. The answer is the cart as it is then; <c>If-Match</c> is heeded where it is sent.
/// </summary>
internal sealed class CartChange(Db db, CartStore carts, RateLimits limits)
{
    /// <param name="create">Whether a cart that is not there is made.</param>
    /// <param name="change">Returns the refusal that undoes it all, or null.</param>
    public async Task<Reply> RunAsync(Request request, bool create, Func<Tx, LockedCart, Task<Error?>> change)
    {
        if (request.Id("storeId") is not { } storeId)
        {
            return Errors.NotFound;
        }

        var owner = CartOwner.Of(request);
        if (create && !owner.IsCustomer && !await carts.ExistsAsync(storeId, owner, request.Aborted)
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

                return CartReply.Of(request, await opened.Value.ViewAsync(tx));
            }

            await tx.RollbackAsync();
            return refusal;
        }, request.Aborted);
    }

    /// <summary>Runs the statement that takes lines out, where there are some.</summary>
    public static async Task<Error?> RemoveAsync(Tx tx, LockedCart open, bool isThere, string sql, params object?[] args)
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
}
