using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions;

/// <summary>Writes many codes set-based, for imports. A code that its store has already stays as it is.</summary>
public static class DiscountWriter
{
    /// <summary>Adds the codes to the batch, as of <paramref name="now"/>.</summary>
    public static Changed Insert(StatementBatch batch, IEnumerable<DiscountCode> codes, DateTime now)
    {
        var rows = new RowSet("discount_codes", new("id", ColumnType.Uuid), new("store_id", ColumnType.Uuid), new("code", ColumnType.Text), new("code_key", ColumnType.Text),
            new("kind", ColumnType.Text), new("value", ColumnType.Long), new("currency", ColumnType.Text), new("starts_at", ColumnType.Time), new("ends_at", ColumnType.Time),
            new("minimum_subtotal", ColumnType.Long), new("usage_limit", ColumnType.Long), new("usage_limit_per_customer", ColumnType.Long), new("categories", ColumnType.Text),
            new("active", ColumnType.Bool), new("used", ColumnType.Long), new("version", ColumnType.Long), new("created_at", ColumnType.Time), new("updated_at", ColumnType.Time));
        foreach (var c in codes)
        {
            rows.Add(c.Id).Add(c.StoreId).Add(c.Code).Add(c.CodeKey).Add(DiscountKinds.NameOf(c.Kind)).Add(c.Value).Add(c.Currency).Add(c.StartsAt).Add(c.EndsAt).Add(c.MinimumSubtotal)
                .Add(c.UsageLimit).Add(c.UsageLimitPerCustomer).Add(c.Categories.Count == 0 ? null : JsonSerializer.Serialize(c.Categories)).Add(c.Active).Add(0L).Add(1L).Add(now).Add(now);
        }

        return batch.Insert(rows, "ON CONFLICT DO NOTHING");
    }
}
