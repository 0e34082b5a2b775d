using Holdfast.Carts.Core;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts.Endpoints;

/// <summary>The answer with a cart: its version as ETag, and the token of a new visitor's cart in a header.</summary>
internal static class CartReply
{
    public static Reply Of(Request request, CartView cart)
    {
        if (cart.CartToken is { } token)
        {
            request.Http.Response.Headers[CartOwner.Header] = token;
            request.Http.Response.Headers.CacheControl = "no-store";
        }

        return Reply.Ok(cart, cart.Version);
    }
}
