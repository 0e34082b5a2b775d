using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions;

/// <summary>Reads and writes codes one at a time, for those who manage them.</summary>
internal static class DiscountRows
{
    private const string Select = "SELECT " + DiscountPages.Columns + " FROM discount_codes WHERE code_key = $1 AND ";

    /// <summary>A store's own code, or without a store one for all.</summary>
    public static Task<DiscountCode?> FindAsync(Session session, Guid? storeId, string codeKey) => storeId is { } id
        ? session.FirstAsync(Select + "store_id = $2", DiscountPages.Map, codeKey, id)
        : session.FirstAsync(Select + "store_id IS NULL", DiscountPages.Map, codeKey);

    /// <summary>As <see cref="FindAsync"/>, holding the row: nobody else can use the code until the transaction ends.</summary>
    public static Task<DiscountCode?> LockAsync(Tx tx, Guid? storeId, string codeKey) => storeId is { } id
        ? tx.FirstAsync(Select + "store_id = $2 {lock}", DiscountPages.Map, codeKey, id)
        : tx.FirstAsync(Select + "store_id IS NULL {lock}", DiscountPages.Map, codeKey);

    /// <summary>The live uses of the buyer who has most.</summary>
    public static async Task<long> MostByOneBuyerAsync(Tx tx, Guid codeId) => await tx.FirstAsync(
        "SELECT COALESCE(MAX(uses), 0) FROM (SELECT SUM(delta) AS uses FROM discount_uses WHERE code_id = $1 GROUP BY buyer) b",
        r => r.Long(0), codeId).ConfigureAwait(false);

    /// <summary>Has all uses of the code count towards its limit per customer, which it had not before.</summary>
    public static Task<int> LimitUsesAsync(Tx tx, Guid codeId) =>
        tx.ExecuteAsync("UPDATE discount_uses SET limited = $2 WHERE code_id = $1 AND NOT limited", codeId, true);

    /// <summary>Whether any order ever used the code.</summary>
    public static async Task<bool> WasUsedAsync(Tx tx, Guid codeId) =>
        await tx.FirstAsync("SELECT 1 FROM discount_uses WHERE code_id = $1 LIMIT 1", r => r.Int(0), codeId).ConfigureAwait(false) == 1;

    /// <summary>A new code; a unique violation when its key is taken.</summary>
    public static Task InsertAsync(Tx tx, DiscountCode code)
    {
        var batch = tx.Batch();
        batch.Insert(Rows([code]));
        return batch.RunAsync();
    }

    /// <summary>New codes, not yet used.</summary>
    public static RowSet Rows(IEnumerable<DiscountCode> codes)
    {
        var rows = new RowSet("discount_codes", new("id", ColumnType.Uuid), new("store_id", ColumnType.Uuid), new("code", ColumnType.Text),
            new("code_key", ColumnType.Text),
            new("kind", ColumnType.Text), new("value", ColumnType.Long), new("currency", ColumnType.Text),
            new("starts_at", ColumnType.Time), new("ends_at", ColumnType.Time),
            new("minimum_subtotal", ColumnType.Long), new("usage_limit", ColumnType.Long), new("usage_limit_per_customer", ColumnType.Long),
            new("categories", ColumnType.Text),
            new("active", ColumnType.Bool), new("used", ColumnType.Long), new("version", ColumnType.Long),
            new("created_at", ColumnType.Time), new("updated_at", ColumnType.Time));
        foreach (var c in codes)
        {
            rows.Add(c.Id).Add(c.StoreId).Add(c.Code).Add(c.CodeKey).Add(DiscountKinds.NameOf(c.Kind)).Add(c.Value).Add(c.Currency)
                .Add(c.StartsAt).Add(c.EndsAt).Add(c.MinimumSubtotal)
                .Add(c.UsageLimit).Add(c.UsageLimitPerCustomer).Add(Json(c.Categories)).Add(c.Active).Add(0L).Add(c.Version)
                .Add(c.CreatedAt).Add(c.UpdatedAt);
        }

        return rows;
    }

    /// <summary>Everything that can be changed of a code; not its uses.</summary>
    public static Task<int> UpdateAsync(Tx tx, DiscountCode code) => tx.ExecuteAsync(
        "UPDATE discount_codes SET kind = $2, value = $3, currency = $4{as text}, starts_at = $5{as timestamptz}, "
        + "ends_at = $6{as timestamptz}, minimum_subtotal = $7{as bigint}, usage_limit = $8{as bigint}, "
        + "usage_limit_per_customer = $9{as bigint}, categories = $10{as text}, active = $11, version = $12, updated_at = $13 "
        + "WHERE id = $1",
        code.Id, DiscountKinds.NameOf(code.Kind), code.Value, code.Currency, code.StartsAt, code.EndsAt, code.MinimumSubtotal,
        code.UsageLimit,
        code.UsageLimitPerCustomer, Json(code.Categories), code.Active, code.Version, code.UpdatedAt);

    private static string? Json(IReadOnlyList<string> categories) => categories.Count == 0 ? null : JsonSerializer.Serialize(categories);
}
