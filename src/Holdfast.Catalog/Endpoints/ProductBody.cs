using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;

namespace Holdfast.Catalog.Endpoints;

/// <summary>What <c>POST</c> and <c>PUT</c> of a product share: the body, and the check that its names are free in the store.</summary>
internal static class ProductBody
{
    public const int MaxSkuLength = 100;
    public const int MaxCategoryLength = 100;
    public const int MaxDescriptionLength = 10_000;
    public const int MaxPurchaseLimit = 1_000_000;

    private sealed record Names(string[] SkuKeys, string[] ExternalIds);

    /// <summary>
    /// Reads all fields but the store, with one-line messages for what is wrong; only <see cref="JsonBodyReader.Done"/> says whether it
    /// counts.
    /// </summary>
    public static (Product Product, List<VariantInput> Variants) Read(JsonBodyReader fields, Guid id, Guid storeId, bool variantIds)
    {
        var product = new Product
        {
            Id = id,
            StoreId = storeId,
            Name = fields.Text("name"),
            Description = Text(fields, "description", MaxDescriptionLength, lines: true),
            Category = Text(fields, "category", MaxCategoryLength),
            PaymentMethods = Methods(fields),
            Metadata = fields.MetadataOrNull("metadata") ?? Texts.None,
            ExternalId = fields.TextOrNull("externalId"),
            Variants = [],
        };
        var variants = fields.Objects("variants", f => Variant(f, variantIds), max: ProductBook.MaxVariants);
        var skus = new HashSet<string>(StringComparer.Ordinal);
        var externalIds = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < variants.Count; i++)
        {
            var variant = variants[i].Variant;
            if (variant.Sku.Length > 0 && !skus.Add(variant.SkuKey))
            {
                fields.Reject($"variants[{i}].sku", "comes twice");
            }

            if (variant.ExternalId is { } external && !externalIds.Add(external))
            {
                fields.Reject($"variants[{i}].externalId", "comes twice");
            }
        }

        return (product with { Variants = [.. variants.Select(v => v.Variant)] }, variants);
    }

    /// <summary>Whether another product of the store has one of the names. The store is locked, so that the answer stays true.</summary>
    public static async Task<Error?> TakenAsync(Tx tx, Product product)
    {
        var names = new Names([.. product.Variants.Select(v => v.SkuKey)],
            [.. product.Variants.Select(v => v.ExternalId).OfType<string>()]);
        var batch = tx.Batch();
        var skus = batch.Query(
            "SELECT sku FROM variants WHERE store_id = $1 AND product_id <> $2 AND deleted_at IS NULL AND sku_key {in $3} ORDER BY "
            + "sku LIMIT 1",
            r => r.Text(0), product.StoreId, product.Id, names.SkuKeys);
        var variants = batch.Query(
            "SELECT external_id FROM variants WHERE store_id = $1 AND product_id <> $2 AND deleted_at IS NULL AND external_id {in $3} "
            + "ORDER BY 1 LIMIT 1",
            r => r.Text(0), product.StoreId, product.Id, names.ExternalIds);
        var products = batch.Query(
            "SELECT external_id FROM products WHERE store_id = $1 AND id <> $2 AND deleted_at IS NULL AND external_id {in $3} LIMIT 1",
            r => r.Text(0), product.StoreId, product.Id, product.ExternalId is { } external ? [external] : Array.Empty<string>());
        await batch.RunAsync();
        return skus.First is { } sku ? CatalogErrors.SkuTaken.With("sku", sku)
            : (products.First ?? variants.First) is { } taken ? CatalogErrors.ExternalIdTaken.With("externalId", taken)
            : null;
    }

    /// <summary>The member <c>paymentMethods</c>, of stores, too; null where it is absent.</summary>
    public static IReadOnlyList<string>? Methods(JsonBodyReader fields)
    {
        const string Name = "paymentMethods";
        if (fields.TextsOrNull(Name, PaymentMethods.All.Count) is not { } names)
        {
            return null;
        }

        if (PaymentMethods.Checked(names) is not { } methods)
        {
            fields.Reject(Name, $"must be one or more of {string.Join(", ", PaymentMethods.All)}, each once");
            return null;
        }

        return methods;
    }

    private static VariantInput Variant(JsonBodyReader fields, bool withId)
    {
        var id = withId ? fields.UuidOrNull("id") : null;
        return new VariantInput(new Variant
        {
            Id = id ?? Guid.CreateVersion7(),
            Sku = fields.Text("sku", MaxSkuLength),
            Name = fields.TextOrNull("name"),
            Price = fields.Long("price", 0, Money.MaxPrice),
            Attributes = fields.MetadataOrNull("attributes") ?? Texts.None,
            PurchaseLimit = fields.IntOrNull("purchaseLimit", 1, MaxPurchaseLimit),
            Active = fields.BoolOrNull("active") ?? true,
            Metadata = fields.MetadataOrNull("metadata") ?? Texts.None,
            ExternalId = fields.TextOrNull("externalId"),
        }, id is not null);
    }

    // Emptying a text is a way of taking it away.
    private static string? Text(JsonBodyReader fields, string name, int max, bool lines = false) =>
        fields.TextOrNull(name, max, min: 0, lines) is { Length: > 0 } text ? text : null;
}
