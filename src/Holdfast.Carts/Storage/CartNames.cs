namespace Holdfast.Carts.Storage;

/// <summary>The names by which cached carts are dropped.</summary>
internal static class CartNames
{
    /// <summary>The key of a cart as served. Dropped at once when it changes.</summary>
    public static string Cart(Guid storeId, string owner) => $"cart:{storeId}:{owner}";
}
