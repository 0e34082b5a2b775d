using System.Runtime.CompilerServices;

namespace Holdfast.Client;

/// <summary>
/// Every list as one stream: <c>ListAll...</c> reads the pages of <c>List...</c> as they are needed, 100 items at a time. What is added or
/// removed while one reads may be missed or not; nothing else comes twice or is left out.
/// </summary>
public static class Lists
{
    private const int MaxItems = 100;

    /// <summary>Reads page after page, each with the cursor of the one before, until there is none.</summary>
    public static async IAsyncEnumerable<T> AllAsync<T>(Func<string?, CancellationToken, Task<Page<T>>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? cursor = null;
        do
        {
            var page = await read(cursor, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>All that <see cref="IStoresApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<Store> ListAllAsync(this IStoresApi api, string? slug = null, string? externalId = null) =>
        AllAsync((cursor, ct) => api.ListAsync(slug: slug, externalId: externalId, limit: MaxItems, cursor: cursor,
            cancellationToken: ct));

    /// <summary>All that <see cref="IProductsApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<Product> ListAllAsync(this IProductsApi api, Guid? storeId = null, string? q = null,
        string? category = null, string? sort = null) =>
        AllAsync((cursor, ct) => api.ListAsync(storeId: storeId, q: q, category: category, sort: sort, limit: MaxItems, cursor: cursor,
            cancellationToken: ct));

    /// <summary>All that <see cref="IInventoryApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<Stock> ListAllAsync(this IInventoryApi api, Guid storeId, long? below = null) =>
        AllAsync((cursor, ct) => api.ListAsync(storeId, below: below, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IInventoryApi.ListAlertsAsync"/> lists.</summary>
    public static IAsyncEnumerable<StockAlert> ListAllAlertsAsync(this IInventoryApi api, Guid storeId) =>
        AllAsync((cursor, ct) => api.ListAlertsAsync(storeId, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IInventoryApi.ListMovementsAsync"/> lists.</summary>
    public static IAsyncEnumerable<StockMovement> ListAllMovementsAsync(this IInventoryApi api, Guid variantId) =>
        AllAsync((cursor, ct) => api.ListMovementsAsync(variantId, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IOrdersApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<Order> ListAllAsync(this IOrdersApi api, Guid? storeId = null, string? status = null,
        string? paymentStatus = null, string? from = null, string? to = null, string? q = null, string? sort = null) =>
        AllAsync((cursor, ct) => api.ListAsync(storeId: storeId, status: status, paymentStatus: paymentStatus, from: from, to: to, q: q,
            sort: sort, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IOrdersApi.ListUnpaidHoldsAsync"/> lists.</summary>
    public static IAsyncEnumerable<UnpaidHold> ListAllUnpaidHoldsAsync(this IOrdersApi api, Guid storeId, Guid? variantId = null) =>
        AllAsync((cursor, ct) => api.ListUnpaidHoldsAsync(storeId, variantId: variantId, limit: MaxItems, cursor: cursor,
            cancellationToken: ct));

    /// <summary>All that <see cref="IOrdersApi.ListHistoryAsync"/> lists.</summary>
    public static IAsyncEnumerable<HistoryEntry> ListAllHistoryAsync(this IOrdersApi api, Guid id, string? accessKey = null) =>
        AllAsync((cursor, ct) => api.ListHistoryAsync(id, accessKey: accessKey, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="ICustomersApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<Customer> ListAllAsync(this ICustomersApi api, string? q = null) =>
        AllAsync((cursor, ct) => api.ListAsync(q: q, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IDiscountCodesApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<DiscountCode> ListAllAsync(this IDiscountCodesApi api, Guid? storeId = null, string? code = null) =>
        AllAsync((cursor, ct) => api.ListAsync(storeId: storeId, code: code, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="ILoyaltyApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<PointsBalance> ListAllAsync(this ILoyaltyApi api) =>
        AllAsync((cursor, ct) => api.ListAsync(limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="ILoyaltyApi.ListMovementsAsync"/> lists.</summary>
    public static IAsyncEnumerable<PointsMovement> ListAllMovementsAsync(this ILoyaltyApi api, Guid? storeId = null) =>
        AllAsync((cursor, ct) => api.ListMovementsAsync(storeId: storeId, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IWebhooksApi.ListAsync"/> lists.</summary>
    public static IAsyncEnumerable<WebhookEndpoint> ListAllAsync(this IWebhooksApi api, Guid storeId) =>
        AllAsync((cursor, ct) => api.ListAsync(storeId, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IWebhooksApi.ListDeliveriesAsync"/> lists.</summary>
    public static IAsyncEnumerable<WebhookDelivery> ListAllDeliveriesAsync(this IWebhooksApi api, Guid id, string? status = null) =>
        AllAsync((cursor, ct) => api.ListDeliveriesAsync(id, status: status, limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IAdministrationApi.ListApiKeysAsync"/> lists.</summary>
    public static IAsyncEnumerable<ApiKey> ListAllApiKeysAsync(this IAdministrationApi api) =>
        AllAsync((cursor, ct) => api.ListApiKeysAsync(limit: MaxItems, cursor: cursor, cancellationToken: ct));

    /// <summary>All that <see cref="IAdministrationApi.ListAuditLogAsync"/> lists.</summary>
    public static IAsyncEnumerable<AuditLine> ListAllAuditLogAsync(this IAdministrationApi api, string? actor = null,
        DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        AllAsync((cursor, ct) => api.ListAuditLogAsync(actor: actor, from: from, to: to, limit: MaxItems, cursor: cursor,
            cancellationToken: ct));

    /// <summary>All that <see cref="IAdministrationApi.ListDeadLettersAsync"/> lists.</summary>
    public static IAsyncEnumerable<DeadLetter> ListAllDeadLettersAsync(this IAdministrationApi api, string? lane = null) =>
        AllAsync((cursor, ct) => api.ListDeadLettersAsync(lane: lane, limit: MaxItems, cursor: cursor, cancellationToken: ct));
}
