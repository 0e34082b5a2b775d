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

        var rows = await db.ReadAsync(s => StoreTable.Table.QueryAsync(s, "WHERE (s.slug = $1{as text} OR $1{as text} IS NULL) "
            + "AND (s.external_id = $2{as text} OR $2{as text} IS NULL) AND (s.slug > $3{as text} OR $3{as text} IS NULL) ORDER BY "
            + "s.slug LIMIT $4",
            slug, externalId, after, paging.Value.Limit + 1), request.Aborted).ConfigureAwait(false);
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
    /// <summary>The store with the id; null where there is none.</summary>
    public static Task<Store?> FindAsync(Session session, Guid id) => StoreTable.Table.FirstAsync(session, "WHERE s.id = $1", id);

    /// <summary>As <see cref="FindAsync"/>, holding the row: changes to one store's catalog come one after the other.</summary>
    internal static Task<Store?> LockAsync(Tx tx, Guid id) => StoreTable.Table.FirstAsync(tx, "WHERE s.id = $1 {lock}", id);

    /// <summary>The stores that have one of the slugs.</summary>
    public static Task<List<Store>> BySlugAsync(Session session, string[] slugs) =>
        StoreTable.Table.QueryAsync(session, "WHERE s.slug {in $1} ORDER BY s.id", slugs);

    /// <summary>The stores that have one of the external ids.</summary>
    public static Task<List<Store>> ByExternalIdAsync(Session session, string[] externalIds) =>
        StoreTable.Table.QueryAsync(session, "WHERE s.external_id {in $1} ORDER BY s.id", externalIds);

    /// <summary>The inverse of <see cref="CatalogWriter.Json"/>.</summary>
    internal static IReadOnlyDictionary<string, string> Json(string? text) =>
        text is null ? Texts.None : JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
}
