using Holdfast.Platform;

namespace Holdfast.Catalog.Core;

/// <summary>What a new list of variants makes of the present one.</summary>
public static class Variants
{
    /// <summary>
    /// Variants are matched by id, else by sku, however it is written; what is wanted and not there is new; what is there and not wanted
    /// stays, not active, after the others. 400 for an id of no variant of this product or one that comes twice, 409 for a sku that two of
    /// them would have.
    /// </summary>
    public static Result<IReadOnlyList<Variant>> Replace(IReadOnlyList<Variant> present, IReadOnlyList<VariantInput> wanted)
    {
        var byId = present.ToDictionary(v => v.Id);
        var bySku = present.ToDictionary(v => v.Sku, StringComparer.Ordinal);
        var byKey = present.ToDictionary(v => v.SkuKey, StringComparer.Ordinal);
        var result = new List<Variant>(present.Count + wanted.Count);
        var taken = new HashSet<Guid>();
        var named = wanted.Where(w => w.Named).Select(w => w.Variant.Id).ToHashSet();
        for (var i = 0; i < wanted.Count; i++)
        {
            var (variant, isNamed) = wanted[i];
            if (isNamed && !byId.ContainsKey(variant.Id))
            {
                return Errors.Invalid($"variants[{i}].id", "is not a variant of this product");
            }

            // Whoever gives an id means that variant, even if another one's old sku is now its own.
            if (!isNamed && (bySku.TryGetValue(variant.Sku, out var match) || byKey.TryGetValue(variant.SkuKey, out match))
                && !named.Contains(match.Id))
            {
                variant = variant with { Id = match.Id };
            }

            // A name that stays keeps its key, even one that a twin in the store has made a key of its own.
            if (byId.TryGetValue(variant.Id, out var before) && before.Sku == variant.Sku)
            {
                variant = variant with { SkuKey = before.SkuKey };
            }

            if (!taken.Add(variant.Id))
            {
                return Errors.Invalid($"variants[{i}].id", "comes twice");
            }

            result.Add(variant);
        }

        result.AddRange(present.Where(v => !taken.Contains(v.Id)).Select(v => v with { Active = false }));
        var skus = new HashSet<string>(StringComparer.Ordinal);
        return result.FirstOrDefault(v => !skus.Add(v.SkuKey)) is { } twice ? CatalogErrors.SkuTaken.With("sku", twice.Sku) : result;
    }
}
