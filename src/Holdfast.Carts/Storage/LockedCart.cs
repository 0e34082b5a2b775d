using Holdfast.Carts.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Carts.Storage;

/// <summary>A cart under lock, with a visitor's cart that its customer brought along merged into it.</summary>
/// <param name="Cart">As it is now; <see cref="Holdfast.Carts.Core.Cart.None"/> where there is none and none was to be made.</param>
/// <param name="NotMerged">What merging had to leave out; null when nothing was merged.</param>
internal sealed record LockedCart(Cart Cart, Guid StoreId, string Currency, CartOwner Owner, DateTime Now,
    IReadOnlyList<OmittedLine>? NotMerged)
{
    /// <summary>
    /// Locks the cart, and makes it first where <paramref name="create"/> says so; 404 when there is no such store, 401 when it would be
    /// made for an account that is closed.
    /// </summary>
    public static async Task<Result<LockedCart>> LoadAsync(Tx tx, Guid storeId, CartOwner owner, bool create)
    {
        var made = create || owner.Visitor is not null;
        var locked = await CartTable.LockAsync(tx, storeId, owner, made);
        if (locked is null)
        {
            return Errors.Unauthenticated;
        }

        if (made && !locked.Any(c => c.Owner == owner.Key))
        {
            // It was there, and went between the two statements: merged into a customer's, or too old. The transaction runs again.
            throw new StaleRowException("carts: the row has been removed");
        }

        var batch = tx.Batch();
        var now = batch.Now();
        var currency = CartTable.Currency(batch, storeId);
        var own = CartTable.Read(batch, storeId, owner.Key, owner.Buyer);
        var visitors = locked.Any(c => c.Owner == owner.Visitor) ? CartTable.Read(batch, storeId, owner.Visitor!, owner.Buyer) : null;
        await batch.RunAsync();
        if (currency.First is not { } code)
        {
            return Errors.NotFound;
        }

        var open = new LockedCart(CartTable.ToCart(own), storeId, code, owner, now.Rows[0], null);
        return visitors is null ? open : await open.MergeAsync(tx, CartTable.ToCart(visitors));
    }

    /// <summary>Reads it again, after what was written to it, as it is to be answered.</summary>
    public async Task<CartView> ViewAsync(DbSession session)
    {
        var batch = session.Batch();
        var cart = CartTable.Read(batch, StoreId, Owner.Key, Owner.Buyer);
        await batch.RunAsync();
        return CartView.Of(CartTable.ToCart(cart), StoreId, Currency, Owner.NewToken, NotMerged);
    }

    // The visitor's row was locked and goes with this commit: whoever comes second with the same token finds none.
    private async Task<LockedCart> MergeAsync(Tx tx, Cart visitors)
    {
        var merged = CartMerge.Merge(Cart, visitors);
        var batch = tx.Batch();
        if (merged.Changed.Count > 0)
        {
            CartTable.Write(batch, Cart.Id!.Value, StoreId, merged.Changed);
            CartTable.Touch(batch, Cart.Id.Value, Now, isCustomers: true);
        }

        CartTable.Remove(batch, visitors.Id!.Value);
        tx.Invalidate(CartNames.Cart(StoreId, Owner.Key));
        tx.Invalidate(CartNames.Cart(StoreId, Owner.Visitor!));
        var now = CartTable.Read(batch, StoreId, Owner.Key, Owner.Buyer);
        await batch.RunAsync();
        return this with { Cart = CartTable.ToCart(now), NotMerged = merged.LeftOut };
    }
}
