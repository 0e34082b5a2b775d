using Refit;

namespace Holdfast.Client;

/// <summary>
/// One cart in each store: of the customer who is signed in, or of whoever has its token. Both together merge the visitor's cart into the
/// customer's.
/// </summary>
[Headers("Authorization: Bearer")]
public interface ICartsApi
{
    /// <summary>The cart. A visitor without a token gets one, as <see cref="Cart.CartToken"/>.</summary>
    [Get("/api/v1/carts/{storeId}")]
    Task<Cart> GetAsync(Guid storeId, [Header("X-Cart-Token")] string? cartToken = null, CancellationToken cancellationToken = default);

    /// <summary>Takes all lines out; the token stays good.</summary>
    [Delete("/api/v1/carts/{storeId}")]
    Task<Cart> ClearAsync(Guid storeId, [Header("X-Cart-Token")] string? cartToken = null, [Header("If-Match")] IfMatch? ifMatch = null,
        CancellationToken cancellationToken = default);

    /// <summary>Sets how many pieces of a variant there are to be; 422 <c>cart_full</c> beyond 100 lines.</summary>
    [Put("/api/v1/carts/{storeId}/lines/{variantId}")]
    Task<Cart> SetLineAsync(Guid storeId, Guid variantId, [Body] LineQuantity quantity, [Header("X-Cart-Token")] string? cartToken = null,
        [Header("If-Match")] IfMatch? ifMatch = null, CancellationToken cancellationToken = default);

    /// <summary>Takes a line out; one that is not there is no error.</summary>
    [Delete("/api/v1/carts/{storeId}/lines/{variantId}")]
    Task<Cart> RemoveLineAsync(Guid storeId, Guid variantId, [Header("X-Cart-Token")] string? cartToken = null,
        [Header("If-Match")] IfMatch? ifMatch = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Orders what is in the cart and empties it in the same commit; 422 <c>cart_empty</c>, 409 <c>cart_changed</c>, and whatever
    /// <see cref="IOrdersApi.PlaceAsync"/> refuses. Whatever is refused leaves the cart as it was.
    /// </summary>
    [Post("/api/v1/orders/from-cart")]
    Task<Order> CheckOutAsync([Body] CheckOut order, [Header("X-Cart-Token")] string? cartToken = null,
        [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default, CancellationToken cancellationToken = default);
}
