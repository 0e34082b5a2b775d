using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;
using static Holdfast.Platform.Data.Table<Holdfast.Catalog.Core.Store>;

namespace Holdfast.Catalog.Storage;

/// <summary>The table <c>stores</c>, each column once.</summary>
internal static class StoreTable
{
    public static readonly Table<Store> Table = new("stores", "s",
        Column("id", s => s.Id).Key(),
        Column("slug", s => s.Slug).Changes(),
        Column("name", s => s.Name).Changes(),
        Column("currency", s => s.Currency).Changes(),
        Column("time_zone", s => s.TimeZone).Changes(),
        Column("external_id", s => s.ExternalId).Changes(),
        Column("metadata", s => s.Metadata, Stores.Json, s => CatalogWriter.Json(s.Metadata)).Changes(),
        Column("version", s => s.Version).Guards(),
        Column("created_at", s => s.CreatedAt),
        Column("updated_at", s => s.UpdatedAt).Changes(),
        Column("shipping_rates", s => s.ShippingRates, StoreCharges.ReadRates, s => StoreCharges.Write(s.ShippingRates)).Changes(),
        Column("tax", s => s.Tax, StoreCharges.ReadTax, s => StoreCharges.Write(s.Tax)).Changes(),
        Column("payment_methods", s => s.PaymentMethods, (string? names) => PaymentMethods.Read(names) ?? PaymentMethods.All,
            s => PaymentMethods.Write(s.PaymentMethods)).Changes(),
        Column("combines_discounts", s => s.CombinesDiscounts).Changes());

    /// <summary>Writes everything that can be changed of a store.</summary>
    public static readonly TableChange<Store> Change = Table.Change();
}
