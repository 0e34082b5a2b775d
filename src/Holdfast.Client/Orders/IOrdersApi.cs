using Refit;

namespace Holdfast.Client;

/// <summary>
/// Orders: of whoever is signed in, of the stores that the caller works for, or of the guest who has the order's access key. What a caller
/// may not see is 404 <c>not_found</c>.
/// </summary>
[Headers("Authorization: Bearer")]
public interface IOrdersApi
{
    /// <summary>
    /// Places an order once for its key. 409 <c>insufficient_stock</c> (see <see cref="HoldfastException.Shortages"/>),
    /// <c>total_changed</c>; 422 for what cannot be ordered, with a code that says why.
    /// </summary>
    [Post("/api/v1/orders")]
    Task<Order> PlaceAsync([Body] PlaceOrder order, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>What the order would cost, and what stands in the way. Writes nothing.</summary>
    [Post("/api/v1/orders/quote")]
    Task<Quote> QuoteAsync([Body] PlaceOrder order, CancellationToken cancellationToken = default);

    /// <summary>Mails a guest the order's link where both are right; the answer does not tell.</summary>
    [Post("/api/v1/orders/lookup")]
    Task LookUpAsync([Body] OrderLookup lookup, CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest first. <paramref name="from"/> and <paramref name="to"/>: times with an offset, or with a store days of it
    /// (yyyy-MM-dd), the last one included. <paramref name="q"/>: number, id, external id, email, phone or words of the name.
    /// <paramref name="sort"/>: <c>createdAt</c> or <c>total</c>, with <c>-</c> before it for descending.
    /// </summary>
    [Get("/api/v1/orders")]
    Task<Page<Order>> ListAsync(Guid? storeId = null, string? status = null, string? paymentStatus = null, string? from = null,
        string? to = null, string? q = null, string? sort = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>What strangers hold of a store's goods without money, the newest first.</summary>
    [Get("/api/v1/orders/unpaid-holds")]
    Task<Page<UnpaidHold>> ListUnpaidHoldsAsync(Guid storeId, Guid? variantId = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>Cancels such orders, up to 1,000 in one call.</summary>
    [Post("/api/v1/orders/unpaid-holds/release")]
    Task<HoldsReleased> ReleaseUnpaidHoldsAsync([Body] HoldsRelease release, CancellationToken cancellationToken = default);

    /// <summary>Counts and sums, from and to days of the store's time zone, both included.</summary>
    [Get("/api/v1/orders/statistics")]
    Task<OrderStatistics> GetStatisticsAsync(Guid? storeId = null, DateOnly? from = null, DateOnly? to = null,
        CancellationToken cancellationToken = default);

    /// <summary>One order; guests show its access key.</summary>
    [Get("/api/v1/orders/{id}")]
    Task<Order> GetAsync(Guid id, [Header("X-Access-Key")] string? accessKey = null, CancellationToken cancellationToken = default);

    /// <summary>Corrects an order, if it has the version that you read.</summary>
    [Put("/api/v1/orders/{id}")]
    Task<Order> EditAsync(Guid id, [Body] OrderEdit edit, [Header("If-Match")] IfMatch ifMatch,
        [Header("X-Access-Key")] string? accessKey = null, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes an ended order out of the lists: its owner's out of their own, staff's out of all. <paramref name="hard"/> (admins) erases it,
    /// unless money or goods have moved.
    /// </summary>
    [Delete("/api/v1/orders/{id}")]
    Task DeleteAsync(Guid id, bool? hard = null, [Header("X-Access-Key")] string? accessKey = null,
        CancellationToken cancellationToken = default);

    /// <summary>What happened, when, by whom; the oldest first.</summary>
    [Get("/api/v1/orders/{id}/history")]
    Task<Page<HistoryEntry>> ListHistoryAsync(Guid id, int? limit = null, string? cursor = null,
        [Header("X-Access-Key")] string? accessKey = null, CancellationToken cancellationToken = default);

    /// <summary>The buyer of an order on delivery says that they mean it.</summary>
    [Post("/api/v1/orders/{id}/confirm")]
    Task<Confirmed> ConfirmAsync(Guid id, [Body] Confirmation confirmation,
        [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default, CancellationToken cancellationToken = default);

    /// <summary>Gives the goods back and makes what was paid due back; 409 <c>illegal_transition</c> where it is too late.</summary>
    [Post("/api/v1/orders/{id}/cancel")]
    Task<Order> CancelAsync(Guid id, [Body] Cancellation cancellation, [Header("X-Access-Key")] string? accessKey = null,
        [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default, CancellationToken cancellationToken = default);

    /// <summary>Sends goods out; 409 <c>order_short</c> while stock for it is missing.</summary>
    [Post("/api/v1/orders/{id}/ship")]
    Task<Order> ShipAsync(Guid id, [Body] Shipment shipment, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>The buyer has the goods; cash on delivery is booked by it.</summary>
    [Post("/api/v1/orders/{id}/deliver")]
    Task<Order> DeliverAsync(Guid id, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>Goods came back; before the delivery it means that they could not be delivered.</summary>
    [Post("/api/v1/orders/{id}/return")]
    Task<Order> ReturnAsync(Guid id, [Body] GoodsReturn goods, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);

    /// <summary>Books money that came by another way; 409 <c>transaction_conflict</c> where the same transaction said otherwise.</summary>
    [Post("/api/v1/orders/{id}/payments")]
    Task<Order> RecordPaymentAsync(Guid id, [Body] Payment payment, [Header("Idempotency-Key")] IdempotencyKey idempotencyKey = default,
        CancellationToken cancellationToken = default);
}
