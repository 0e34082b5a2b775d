using Holdfast.Platform.Data;

namespace Holdfast.Inventory.Storage;

/// <summary>Reads stock without a lock.</summary>
internal static class StockReader
{
    /// <summary>The stock of a variant; null when there is no such variant.</summary>
    public static async Task<StockView?> FindAsync(DbSession session, Guid? variantId) =>
        variantId is null ? null : await session.FirstAsync(StockView.Select + "WHERE v.id = $1", StockView.Map, variantId);

    /// <summary>What the catalog shows as available; variants without stock are left out.</summary>
    public static async Task<IReadOnlyDictionary<Guid, long>> AvailableAsync(DbSession session, Guid[] variantIds)
    {
        var batch = session.Batch();
        var rows = StockStore.Peek(batch, variantIds);
        await batch.RunAsync();
        return rows.Rows.ToDictionary(r => r.VariantId, r => Math.Max(0, r.OnHand - r.Reserved));
    }
}
