using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;
using static Holdfast.Platform.Data.Table<Holdfast.Promotions.Core.DiscountCode>;

namespace Holdfast.Promotions.Storage;

/// <summary>The table <c>discount_codes</c>, each column once.</summary>
internal static class DiscountTable
{
    public static readonly Table<DiscountCode> Table = new("discount_codes", "discount_codes",
        Column("id", c => c.Id).Key(),
        Column("store_id", c => c.StoreId),
        Column("code", c => c.Code),
        Column("code_key", c => c.CodeKey),
        Column("kind", c => c.Kind, DiscountKinds.Parse, c => DiscountKinds.NameOf(c.Kind)).Changes(),
        Column("value", c => c.Value).Changes(),
        Column("currency", c => c.Currency).Changes(),
        Column("starts_at", c => c.StartsAt).Changes(),
        Column("ends_at", c => c.EndsAt).Changes(),
        Column("minimum_subtotal", c => c.MinimumSubtotal).Changes(),
        Column("usage_limit", c => c.UsageLimit).Changes(),
        Column("usage_limit_per_customer", c => c.UsageLimitPerCustomer).Changes(),
        Column("categories", c => c.Categories, (string? json) => json is null ? [] : JsonSerializer.Deserialize<string[]>(json)!,
            c => c.Categories.Count == 0 ? null : JsonSerializer.Serialize(c.Categories)).Changes(),
        Column("active", c => c.Active).Changes(),
        Column("used", c => c.Used),
        Column("version", c => c.Version).Guards(),
        Column("created_at", c => c.CreatedAt),
        Column("updated_at", c => c.UpdatedAt).Changes());

    /// <summary>Writes everything that can be changed of a code; not its uses.</summary>
    public static readonly TableChange<DiscountCode> Change = Table.Change();
}
