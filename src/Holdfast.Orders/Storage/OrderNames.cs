using Holdfast.Orders.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>The names by which cached documents are dropped when orders change.</summary>
public static class OrderNames
{
    /// <summary>A tag: lists that show orders of every store.</summary>
    public const string AllLists = "orders";

    /// <summary>The key of an order as served. Dropped at once when it changes.</summary>
    public static string Order(Guid id) => $"order:{id}";

    /// <summary>
    /// A tag: lists that show the orders of a store or of a customer. Dropped a few times a second while there are new ones.
    /// </summary>
    public static string ListsOf(Guid owner) => $"orders:{owner}";

    /// <summary>
    /// The key of a store's statistics, or of all stores', and the tag of those of some days. Dropped a few times a second.
    /// </summary>
    public static string Statistics(Guid? storeId) => storeId is { } id ? $"order:stats:{id}" : "order:stats:all";

    /// <summary>Notes what a new order makes stale.</summary>
    internal static void NotePlaced(StatementBatch batch, Order order)
    {
        batch.Invalidate(ListsOf(order.StoreId), immediately: false);
        batch.Invalidate(ListsOf(order.CustomerId), immediately: false);
        batch.Invalidate(AllLists, immediately: false);
    }

    /// <summary>Notes what a change of an order makes stale. Its customer sees it in the list at once.</summary>
    internal static void NoteChanged(StatementBatch batch, Order order)
    {
        batch.Invalidate(Order(order.Id));
        batch.Invalidate(ListsOf(order.CustomerId));
        NotePlaced(batch, order);
    }
}
