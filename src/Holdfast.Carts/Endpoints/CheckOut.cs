using Holdfast.Carts.Core;
using Holdfast.Carts.Storage;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Endpoints;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts.Endpoints;

/// <summary>
/// <c>POST /orders/from-cart</c>: as <c>POST /orders</c>, with the lines of the caller's cart, which is emptied in the commit of the order.
/// The Idempotency-Key is required: a retry gets the same order although the cart is empty by then.
/// </summary>
internal sealed class CheckOut(CartStore carts, PlaceOrder orders)
{
    public Task<Reply> HandleAsync(Request request)
    {
        var owner = CartOwner.Of(request);
        return orders.HandleAsync(request, owner.Key, command => FillAsync(request, owner, command));
    }

    private async Task<Result<PlaceCommand>> FillAsync(Request request, CartOwner owner, PlaceCommand command)
    {
        var open = await carts.LoadLockedAsync(command.StoreId, owner, request.Aborted, isWhole: true);
        if (!open.IsOk)
        {
            return open.Error == Errors.NotFound ? OrderErrors.UnknownStore : open.Error!;
        }

        // Nobody orders fewer pieces than they saw in their cart: they look at it first, which merges what can be had.
        if (open.Value.NotMerged is { Count: > 0 } leftOut)
        {
            return CartErrors.Changed.With("notMerged", leftOut);
        }

        if (open.Value.Cart is not { Id: { } id, Lines.Count: > 0 } cart)
        {
            return CartErrors.Empty;
        }

        return command with
        {
            Lines = [.. cart.Lines.Select(l => new StockLine(l.VariantId, l.Quantity))],
            Participants = [.. command.Participants, new CartCheckoutParticipant(id, cart.Version, owner.Key)],
        };
    }
}
