using System.Text.Json;
using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Catalog.Storage;

/// <summary>Reads stores.</summary>
public static class Stores
{
    /// <summary>The store with the id; null where there is none.</summary>
    public static Task<Store?> FindAsync(DbSession session, Guid id) => StoreTable.Table.FirstAsync(session, "WHERE s.id = $1", id);

    /// <summary>As <see cref="FindAsync"/>, holding the row: changes to one store's catalog come one after the other.</summary>
    internal static Task<Store?> LockAsync(Tx tx, Guid id) => StoreTable.Table.FirstAsync(tx, "WHERE s.id = $1 {lock}", id);

    /// <summary>The stores that have one of the slugs.</summary>
    public static Task<List<Store>> BySlugAsync(DbSession session, string[] slugs) =>
        StoreTable.Table.QueryAsync(session, "WHERE s.slug {in $1} ORDER BY s.id", slugs);

    /// <summary>The stores that have one of the external ids.</summary>
    public static Task<List<Store>> ByExternalIdAsync(DbSession session, string[] externalIds) =>
        StoreTable.Table.QueryAsync(session, "WHERE s.external_id {in $1} ORDER BY s.id", externalIds);

    /// <summary>The inverse of <see cref="CatalogWriter.Json"/>.</summary>
    internal static IReadOnlyDictionary<string, string> Json(string? text) =>
        text is null ? Texts.None : JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
}
