using Holdfast.Carts.Core;
using Holdfast.Carts.Endpoints;
using Holdfast.Carts.Storage;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Carts;

/// <summary>The services and the route table of this module.</summary>
public static class CartsModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } =
    [
        new("cart_lines_have_their_cart",
            "SELECT l.cart_id, l.variant_id, l.store_id FROM cart_lines l LEFT JOIN carts c ON c.id = l.cart_id WHERE c.id IS NULL OR "
            + "c.store_id <> l.store_id"),
        new("cart_lines_are_of_the_store",
            "SELECT l.cart_id, l.variant_id, l.store_id, v.store_id AS store_of_variant FROM cart_lines l LEFT JOIN variants v ON v.id = "
            + "l.variant_id WHERE v.id IS NULL OR v.store_id <> l.store_id"),
        new("cart_lines_have_pieces",
            $"SELECT cart_id, variant_id, quantity FROM cart_lines WHERE quantity < 1 OR quantity > {Cart.MaxQuantity}"),
        new("carts_are_not_too_long",
            $"SELECT cart_id, COUNT(*) AS lines FROM cart_lines GROUP BY cart_id HAVING COUNT(*) > {Cart.MaxLines}"),
        new("carts_have_an_owner",
            "SELECT id, owner FROM carts WHERE NOT (owner LIKE 'customer:%' AND LENGTH(owner) = 45) AND NOT (owner LIKE 'token:%' AND "
            + "LENGTH(owner) = 70)"),
    ];

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<CartStore>().AddSingleton<CartChange>();
        services.AddSingleton<GetCart>().AddSingleton<ClearCart>().AddSingleton<SetCartLine>().AddSingleton<RemoveCartLine>();
        services.AddSingleton<CheckOut>();
        services.AddSingleton<AccountHook, AccountClosingForCarts>();
        services.AddWorker<SweepCarts>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        // Access.Anyone: a customer has a cart of their own, whoever else holds the token of one.
        app.Get<GetCart>("/carts/{storeId}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Delete<ClearCart>("/carts/{storeId}", Access.Anyone, Limit.Carts, (u, r) => u.HandleAsync(r));
        app.Put<SetCartLine>("/carts/{storeId}/lines/{variantId}", Access.Anyone, Limit.Carts, (u, r) => u.HandleAsync(r));
        app.Delete<RemoveCartLine>("/carts/{storeId}/lines/{variantId}", Access.Anyone, Limit.Carts, (u, r) => u.HandleAsync(r));
        app.Post<CheckOut>("/orders/from-cart", Access.Anyone, Limit.Placing, (u, r) => u.HandleAsync(r));
    }
}
