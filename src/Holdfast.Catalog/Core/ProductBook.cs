using Holdfast.Platform;
using Holdfast.Platform.Text;

namespace Holdfast.Catalog.Core;

/// <summary>The products that some rows are about, as they are and as the rows make them.</summary>
public sealed class ProductBook
{
    /// <summary>As many as a request may have.</summary>
    public const int MaxVariants = 250;

    private readonly Dictionary<(Guid Store, string Name), Page> _byName = [];
    private readonly Dictionary<(Guid Store, string Key), Page> _byNameKey = [];
    private readonly Dictionary<(Guid Store, string Sku), Page> _bySku = [];
    private readonly Dictionary<(Guid Store, string Key), Page> _byKey = [];
    private readonly List<Page> _pages = [];
    private readonly HashSet<Guid> _ids = [];

    /// <summary>A book of the products that are there.</summary>
    public ProductBook(IEnumerable<Product> present) => Load(present);

    /// <summary>Takes in more products that are there. Of several with one name, the oldest is meant.</summary>
    public void Load(IEnumerable<Product> present)
    {
        foreach (var product in present.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id))
        {
            Load(new Page(product, product));
        }
    }

    /// <summary>Whether the product is in the book.</summary>
    public bool Has(Guid productId) => _ids.Contains(productId);

    /// <summary>Takes a row in. 400 for a sku that another product of the store has, and for too many variants.</summary>
    public Result<RowEffect> Put(Guid storeId, ProductRow row)
    {
        var known = _bySku.TryGetValue((storeId, row.Sku), out var page)
            || _byKey.TryGetValue((storeId, UnicodeText.Key(row.Sku)), out page);
        if (known && !UnicodeText.IsSameName(page!.Product.Name, row.Product))
        {
            return Errors.Invalid("sku", $"'{row.Sku}' is a variant of the product '{page.Product.Name}'");
        }

        if (!known && !_byName.TryGetValue((storeId, row.Product), out page)
            && !_byNameKey.TryGetValue((storeId, UnicodeText.Key(row.Product)), out page))
        {
            page = new Page(null, new Product { Id = row.FreshProductId, StoreId = storeId, Name = row.Product, Variants = [] });
            Load(page);
        }

        if (!known && page!.Product.Variants.Count >= MaxVariants)
        {
            return Errors.Invalid("product", $"has {MaxVariants} variants already");
        }

        _bySku[(storeId, row.Sku)] = page!;
        _byKey.TryAdd((storeId, UnicodeText.Key(row.Sku)), page!);
        return page!.Put(row);
    }

    /// <summary>The variant of a row that was taken in.</summary>
    public Variant Find(Guid storeId, string sku) => _bySku[(storeId, sku)].Find(sku)!;

    /// <summary>The new products and the changed ones, these as they were and as they are.</summary>
    public IEnumerable<(Product? Before, Product Product)> Changes() => _pages.Where(p => p.Changed).Select(p => (p.Before, p.Product));

    private void Load(Page page)
    {
        _pages.Add(page);
        _ids.Add(page.Product.Id);
        _byName.TryAdd((page.Product.StoreId, page.Product.Name), page);
        _byNameKey.TryAdd((page.Product.StoreId, UnicodeText.Key(page.Product.Name)), page);
        foreach (var variant in page.Product.Variants)
        {
            _bySku[(page.Product.StoreId, variant.Sku)] = page;
            _byKey[(page.Product.StoreId, variant.SkuKey)] = page;
        }
    }

    private sealed class Page(Product? before, Product product)
    {
        public Product? Before => before;

        public Product Product { get; private set; } = product;

        public bool Changed { get; private set; }

        /// <summary>The variant with this sku, however it is written; null when there is none.</summary>
        public Variant? Find(string sku) => Product.Variants.FirstOrDefault(v => v.Sku == sku)
            ?? (UnicodeText.Key(sku) is var key ? Product.Variants.FirstOrDefault(v => v.SkuKey == key) : null);

        public RowEffect Put(ProductRow row)
        {
            var variants = Product.Variants.ToList();
            var at = Find(row.Sku) is { } present ? variants.IndexOf(present) : -1;
            var old = at < 0 ? new Variant { Id = row.FreshVariantId, Sku = row.Sku, Price = row.Price } : variants[at];
            var attributes = row.Attributes.All(a => old.Attributes.TryGetValue(a.Key, out var value) && value == a.Value)
                ? old.Attributes
                : new SortedDictionary<string, string>(old.Attributes.Concat(row.Attributes).GroupBy(a => a.Key)
                .ToDictionary(g => g.Key, g => g.Last().Value), StringComparer.Ordinal);
            var variant = old with
            {
                Price = row.Price,
                Name = row.VariantName ?? old.Name,
                PurchaseLimit = row.PurchaseLimit ?? old.PurchaseLimit,
                Active = row.Active ?? old.Active,
                Attributes = attributes,
            };
            var whole = Product with { Category = row.Category ?? Product.Category, Description = row.Description ?? Product.Description };
            if (at >= 0 && variant == old && whole == Product)
            {
                return RowEffect.Unchanged;
            }

            variants.Remove(old);
            variants.Insert(at < 0 ? variants.Count : at, variant);
            Product = whole with { Variants = variants };
            Changed = true;
            return at < 0 ? RowEffect.Created : RowEffect.Changed;
        }
    }
}
