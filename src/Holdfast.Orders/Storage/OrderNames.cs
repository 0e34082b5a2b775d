using Holdfast.Orders.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>The names under which cached documents are invalidated when orders change.</summary>
public static class OrderNames
{
    /// <summary>A tag: lists that show orders of every store.</summary>
    public const string AllLists = "orders";

    /// <summary>The key of an order as it is served. It is dropped at once when the order changes.</summary>
    public static string Order(Guid id) => $"order:{id}";

    /// <summary>
    /// A tag: lists that show the orders of a store or of a customer. It is dropped a few times a second while there are new orders.
    /// </summary>
    public static string ListsOf(Guid owner) => $"orders:{owner}";

    /// <summary>
    /// The key of the statistics of a store, or of all stores, and the tag of those of some days. It is dropped a few times a second.
    /// </summary>
    public static string Statistics(Guid? storeId) => storeId is { } id ? $"order:stats:{id}" : "order:stats:all";

    /// <summary>Invalidates what a new order changes.</summary>
    internal static void NotePlaced(StatementBatch batch, Order order)
    {
        batch.Invalidate(ListsOf(order.StoreId), immediately: false);
        batch.Invalidate(ListsOf(order.CustomerId), immediately: false);
        batch.Invalidate(AllLists, immediately: false);
    }

    /// <summary>Invalidates what a change of an order changes. Its customer sees it in the list at once.</summary>
    internal static void NoteChanged(StatementBatch batch, Order order)
    {
        batch.Invalidate(Order(order.Id));
        batch.Invalidate(ListsOf(order.CustomerId));
        NotePlaced(batch, order);
    }
}
