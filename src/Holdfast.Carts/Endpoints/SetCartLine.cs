using Holdfast.Carts.Core;
using Holdfast.Carts.Storage;
using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts.Endpoints;

/// <summary>
/// <c>PUT /carts/{storeId}/lines/{variantId}</c> <c>{quantity}</c>: sets how many pieces of a variant there are to be. The price and name
/// of the moment stay with a new line.
/// </summary>
internal sealed class SetCartLine(CartChange changes)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var quantity = await request.ReadAsync(f => f.Long("quantity", 1, Cart.MaxQuantity));
        if (!quantity.IsOk)
        {
            return quantity.Error!;
        }

        if (request.Id("variantId") is not { } variantId)
        {
            return Errors.NotFound;
        }

        return await changes.RunAsync(request, create: true, async (tx, open) =>
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
                [new CartLine(variantId, quantity.Value, variant.Price, variant.Name, open.Cart.AddedAt(open.Now), variant)]);
            CartTable.Touch(batch, open.Cart.Id.Value, open.Now, open.Owner.IsCustomer);
            await batch.RunAsync();
            return null;
        });
    }
}
