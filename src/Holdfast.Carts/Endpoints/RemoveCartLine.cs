using Holdfast.Carts.Core;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts.Endpoints;

/// <summary><c>DELETE /carts/{storeId}/lines/{variantId}</c>: takes a line out; one that is not there is no error.</summary>
internal sealed class RemoveCartLine(CartChange changes)
{
    public async Task<Reply> HandleAsync(Request request) =>
        request.Id("variantId") is not { } variantId ? Errors.NotFound : await changes.RunAsync(request, create: false, (tx, open) =>
            CartChange.RemoveAsync(tx, open, open.Cart.Find(variantId) is not null,
                "DELETE FROM cart_lines WHERE cart_id = $1 AND variant_id = $2", open.Cart.Id, variantId));
}
