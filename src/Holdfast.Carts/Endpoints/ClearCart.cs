using Holdfast.Carts.Core;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts.Endpoints;

/// <summary><c>DELETE /carts/{storeId}</c>: takes all lines out; the visitor's token stays good.</summary>
internal sealed class ClearCart(CartChange changes)
{
    public Task<Reply> HandleAsync(Request request) => changes.RunAsync(request, create: false, (tx, open) =>
        CartChange.RemoveAsync(tx, open, open.Cart.Lines.Count > 0, "DELETE FROM cart_lines WHERE cart_id = $1", open.Cart.Id));
}
