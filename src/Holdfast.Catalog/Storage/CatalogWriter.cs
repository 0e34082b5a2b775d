using System.Text.Json;
using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;

namespace Holdfast.Catalog.Storage;

/// <summary>
/// Collects new and changed stores and products and writes them set-based, on the caller's transaction:
/// <code> var writer = new CatalogWriter(await tx.NowAsync()); writer.Add(store); writer.Add(product); var batch = tx.Batch();
/// writer.Save(batch); await batch.RunAsync(); </code> It checks nothing but what the database checks: a slug, sku or external id that is
/// taken is a unique violation. Times and version are set here. </summary>
public sealed class CatalogWriter(DateTime now)
{
    private const string FreeNames =
        "UPDATE variants SET sku = {v.placeholder}, sku_key = {v.placeholder}, external_id = NULL WHERE variants.id = {v.id}";

    private readonly List<Store> _stores = [];
    private readonly HashSet<string> _invalidated = new(StringComparer.Ordinal);
    private readonly List<Product> _new = [];
    private readonly List<(Product Read, Product Now)> _changed = [];
    private readonly List<Variant> _variants = [];
    private readonly RowSet _freed = new("variants", new("id", ColumnType.Uuid), new("placeholder", ColumnType.Text));

    /// <summary>A new store.</summary>
    public void Add(Store store) => _stores.Add(store with { Version = 1, CreatedAt = now, UpdatedAt = now });

    /// <summary>A new product with its variants.</summary>
    public void Add(Product product)
    {
        _new.Add(product with { Version = 1, CreatedAt = now, UpdatedAt = now });
        AddVariants(product);
    }

    /// <summary>
    /// A product as it is to be; <paramref name="before"/> as it was read. Its variants are all in <paramref name="product"/>, some of them
    /// new. A version that is no longer so is a <see cref="StaleRowException"/>.
    /// </summary>
    public void Change(Product before, Product product)
    {
        // A twin that an older release has let in keeps the key of its own until it is renamed.
        var key = product.Name == before.Name ? before.NameKey : null;
        _changed.Add((before, product with { Version = before.Version + 1, UpdatedAt = now, NameKey = key }));
        var old = before.Variants.ToDictionary(v => v.Id);
        foreach (var variant in product.Variants)
        {
            // Two variants that swap their skus would each find the other's taken.
            if (old.TryGetValue(variant.Id, out var was) && (was.Sku != variant.Sku || was.ExternalId != variant.ExternalId))
            {
                _freed.Add(variant.Id).Add($"\n{variant.Id}");
            }
        }

        AddVariants(product);
    }

    /// <summary>Writes everything that was added or changed, with the statements of the batch, and invalidates it in caches.</summary>
    public void Save(StatementBatch batch)
    {
        foreach (var name in _invalidated)
        {
            batch.Invalidate(name);
        }

        batch.Insert(StoreTable.Table.Rows(_stores));
        batch.Insert(ProductTable.Table.Rows(_new));
        ProductTable.Change.Save(batch, _changed);
        batch.ChangeEach(_freed, FreeNames);
        batch.Insert(VariantTable.Table.Rows(_variants), VariantTable.Table.OrChange);
    }

    /// <summary>A map as it is stored: JSON, null when empty.</summary>
    internal static string? Json(IReadOnlyDictionary<string, string> map) => map.Count == 0 ? null
        : JsonSerializer.Serialize(map, Reply.Json);

    private void AddVariants(Product product)
    {
        _invalidated.Add(CatalogNames.Product(product.Id));
        _invalidated.Add(CatalogNames.Store(product.StoreId));
        _variants.AddRange(product.Variants.Select((v, i) => v with { ProductId = product.Id, StoreId = product.StoreId, Position = i }));
    }
}
