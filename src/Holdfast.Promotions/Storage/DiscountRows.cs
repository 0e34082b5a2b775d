using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions.Storage;

/// <summary>Reads and writes codes one at a time, for those who manage them.</summary>
internal static class DiscountRows
{
    /// <summary>A store's own code, or without a store one for all.</summary>
    public static Task<DiscountCode?> FindAsync(DbSession session, Guid? storeId, string codeKey, string suffix = "") => storeId is { } id
        ? DiscountTable.Table.FirstAsync(session, $"WHERE code_key = $1 AND store_id = $2 {suffix}", codeKey, id)
        : DiscountTable.Table.FirstAsync(session, $"WHERE code_key = $1 AND store_id IS NULL {suffix}", codeKey);

    /// <summary>As <see cref="FindAsync"/>, holding the row: nobody else can use the code until the transaction ends.</summary>
    public static Task<DiscountCode?> LockAsync(Tx tx, Guid? storeId, string codeKey) => FindAsync(tx, storeId, codeKey, "{lock}");

    /// <summary>The live uses of the buyer who has most.</summary>
    public static async Task<long> MostByOneBuyerAsync(Tx tx, Guid codeId) => await tx.FirstAsync(
        "SELECT COALESCE(MAX(uses), 0) FROM (SELECT SUM(delta) AS uses FROM discount_uses WHERE code_id = $1 GROUP BY buyer) b",
        r => r.Long(0), codeId);

    /// <summary>Has all uses of the code count towards its limit per customer, which it had not before.</summary>
    public static Task<int> LimitUsesAsync(Tx tx, Guid codeId) =>
        tx.ExecuteAsync("UPDATE discount_uses SET limited = $2 WHERE code_id = $1 AND NOT limited", codeId, true);

    /// <summary>Whether any order ever used the code.</summary>
    public static async Task<bool> WasUsedAsync(Tx tx, Guid codeId) =>
        await tx.FirstAsync("SELECT 1 FROM discount_uses WHERE code_id = $1 LIMIT 1", r => r.Int(0), codeId) == 1;

    /// <summary>A new code; a unique violation when its key is taken.</summary>
    public static Task InsertAsync(Tx tx, DiscountCode code)
    {
        var batch = tx.Batch();
        batch.Insert(DiscountTable.Table.Rows([code]));
        return batch.RunAsync();
    }

    /// <summary>Writes everything that can be changed of a code; not its uses.</summary>
    public static Task UpdateAsync(Tx tx, DiscountCode read, DiscountCode now)
    {
        var batch = tx.Batch();
        DiscountTable.Change.Save(batch, (read, now));
        return batch.RunAsync();
    }
}
