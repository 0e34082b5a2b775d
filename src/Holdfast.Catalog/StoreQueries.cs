using System.Text.Json;
using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Catalog;

/// <summary><c>GET /stores</c>, by slug; <c>?slug</c> or <c>?externalId</c> finds one.</summary>
internal sealed class ListStores(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, keyParts: 1);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var (slug, externalId, after) = (request.Query("slug"), request.Query("externalId"), paging.Value.After?[0]);
        if (!Fields.IsClean(slug ?? "") || !Fields.IsClean(externalId ?? ""))
        {
            return Errors.Invalid(Fields.IsClean(slug ?? "") ? "externalId" : "slug", "has control characters");
        }

        var rows = await db.ReadAsync(s =>
            s.QueryAsync($"SELECT {Stores.Columns} FROM stores s WHERE (s.slug = $1{{as text}} OR $1{{as text}} IS NULL) "
            + "AND (s.external_id = $2{as text} OR $2{as text} IS NULL) AND (s.slug > $3{as text} OR $3{as text} IS NULL) ORDER BY "
            + "s.slug LIMIT $4",
            Stores.Map, slug, externalId, after, paging.Value.Limit + 1), request.Aborted).ConfigureAwait(false);
        return Reply.Ok(paging.Value.Page(rows, s => [s.Slug]));
    }
}

/// <summary><c>GET /stores/{id}</c>.</summary>
internal sealed class GetStore(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var store = request.Id() is { } id ? await db.ReadAsync(s => Stores.FindAsync(s, id), request.Aborted).ConfigureAwait(false) : null;
        return store is null ? Errors.NotFound : Reply.Ok(store, store.Version);
    }
}

/// <summary>Reads stores.</summary>
public static class Stores
{
    internal const string Columns =
        "s.id, s.slug, s.name, s.currency, s.time_zone, s.external_id, s.metadata, s.version, s.created_at, s.updated_at, "
        + "s.shipping_rates, s.tax, s.payment_methods, s.combines_discounts";

    internal static readonly Func<Row, Store> Map = r => new Store
    {
        Id = r.Uuid(0),
        Slug = r.Text(1),
        Name = r.Text(2),
        Currency = r.Text(3),
        TimeZone = r.Text(4),
        ExternalId = r.TextOrNull(5),
        Metadata = Json(r.TextOrNull(6)),
        Version = r.Long(7),
        CreatedAt = r.Time(8),
        UpdatedAt = r.Time(9),
        ShippingRates = StoreCharges.ReadRates(r.TextOrNull(10)),
        Tax = StoreCharges.ReadTax(r.TextOrNull(11)),
        PaymentMethods = PaymentMethods.Read(r.TextOrNull(12)) ?? PaymentMethods.All,
        CombinesDiscounts = r.Bool(13),
    };

    /// <summary>The store with the id; null where there is none.</summary>
    public static Task<Store?> FindAsync(Session session, Guid id) =>
        session.FirstAsync($"SELECT {Columns} FROM stores s WHERE s.id = $1", Map, id);

    /// <summary>As <see cref="FindAsync"/>, holding the row: changes to one store's catalog come one after the other.</summary>
    internal static Task<Store?> LockAsync(Tx tx, Guid id) =>
        tx.FirstAsync($"SELECT {Columns} FROM stores s WHERE s.id = $1 {{lock}}", Map, id);

    /// <summary>The stores that have one of the slugs.</summary>
    public static Task<List<Store>> BySlugAsync(Session session, string[] slugs) =>
        session.QueryAsync($"SELECT {Columns} FROM stores s WHERE s.slug {{in $1}} ORDER BY s.id", Map, slugs);

    /// <summary>The stores that have one of the external ids.</summary>
    public static Task<List<Store>> ByExternalIdAsync(Session session, string[] externalIds) =>
        session.QueryAsync($"SELECT {Columns} FROM stores s WHERE s.external_id {{in $1}} ORDER BY s.id", Map, externalIds);

    /// <summary>The inverse of <see cref="CatalogWriter.Json"/>.</summary>
    internal static IReadOnlyDictionary<string, string> Json(string? text) =>
        text is null ? Texts.None : JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
}
