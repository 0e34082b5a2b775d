namespace Holdfast.Catalog.Storage;

/// <summary>The names by which cached documents are dropped when the catalog or the stock behind it changes.</summary>
public static class CatalogNames
{
    /// <summary>The key of a product as served. What is available of it is dropped a few times a second, the rest at once.</summary>
    public static string Product(Guid id) => $"product:{id}";

    /// <summary>A tag: whatever shows products of the store, or the store itself. Dropped at once when one of them is written.</summary>
    public static string Store(Guid id) => $"store:{id}";

    /// <summary>A tag: whatever shows what is available in the store. Dropped a few times a second while its stock changes.</summary>
    public static string StockOf(Guid storeId) => $"stock:{storeId}";
}
