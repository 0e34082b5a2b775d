using System.Security.Cryptography;
using System.Text;
using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;
using Holdfast.Inventory.Storage;
using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;
using CatalogProduct = Holdfast.Catalog.Core.Product;

namespace Holdfast.Commands.Olist;

/// <summary>
/// Writes a plan's stores, products, variants and stock. Rows are found again by their external ids, receipts by their reference, so that a
/// second import adds what is missing and nothing twice. It commits in slices, because a server may be selling from the same file.
/// </summary>
internal sealed class OlistImport(Db db, OlistPlan plan, IReadOnlyDictionary<string, Commands.Olist.Core.Product> products)
{
    private const string ReferencePrefix = "olist ";
    private const int Attempts = 100;

    /// <summary>
    /// Names this content of the folder: a larger data set over the same database receives what it needs above what is there.
    /// </summary>
    private readonly string _reference = ReferencePrefix + Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', plan.Variants.Select(v => $"{v.ExternalId} {v.Needed}"))))[..6]);

    private readonly Dictionary<string, Seller> _sellers = plan.Stores.ToDictionary(s => s.Id);

    /// <summary>Discount codes added for vouchers.</summary>
    public int Codes { get; private set; }

    public Written Written { get; private set; } = new(0, 0, 0, 0, 0);

    public async Task RunAsync(Progress progress, CancellationToken ct)
    {
        // All of a product stay together, since it is written as a whole.
        var left = plan.Variants.GroupBy(v => (v.SellerId, v.ProductId)).Select(g => g.ToList()).ToList();
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            var done = 0;
            try
            {
                await foreach (var slice in db.WriteInSlicesAsync(left,
                    async (tx, products) => (products.Count, Written: await WriteAsync(tx, [.. products.SelectMany(p => p)])), ct))
                {
                    Written += slice.Written;
                    progress.Add(left.Skip(done).Take(slice.Count).Sum(p => p.Count));
                    done += slice.Count;
                }
            }
            catch (Exception e) when (attempt < Attempts && db.IsUniqueViolation(e, ""))
            {
                // Another import wrote one of these rows in between: read again what is there.
            }

            left.RemoveRange(0, done);
        }

        await foreach (var added in db.WriteInSlicesAsync(plan.Orders.Where(o => o.Code is not null), WriteCodesAsync, ct))
        {
            Codes += added;
        }
    }

    /// <summary>A code for each voucher: good once, in the seller's store.</summary>
    private static async Task<int> WriteCodesAsync(Tx tx, IReadOnlyList<SellerOrder> orders)
    {
        var first = tx.Batch();
        var now = first.Now();
        var stores = first.Query("SELECT external_id, id FROM stores WHERE external_id {in $1}", r => (r.Text(0), r.Uuid(1)),
            [orders.Select(o => o.SellerId).Distinct().ToArray()]);
        await first.RunAsync();
        var ids = stores.Rows.ToDictionary();
        var batch = tx.Batch();
        var added = DiscountWriter.Insert(batch, orders.Select(o => new DiscountCode
        {
            Id = Guid.CreateVersion7(),
            StoreId = ids[o.SellerId],
            Code = o.Code!,
            Kind = DiscountKind.Fixed,
            Value = o.Voucher,
            UsageLimit = 1,
        }), now.Rows[0]);
        await batch.RunAsync();
        return added.Count;
    }

    private async Task<Written> WriteAsync(Tx tx, List<VariantPlan> slice)
    {
        var found = await ReadAsync(tx, slice);
        var writer = new CatalogWriter(found.Now);
        var written = new Written(0, 0, 0, 0, 0);
        foreach (var seller in slice.Select(v => v.SellerId).Distinct().Where(s => !found.Stores.ContainsKey(s)))
        {
            var store = Store(_sellers[seller]);
            found.Stores.Add(seller, store.Id);
            writer.Add(store);
            written += new Written(1, 0, 0, 0, 0);
        }

        foreach (var group in slice.GroupBy(v => (v.SellerId, v.ProductId)))
        {
            written += await AddAsync(tx, writer, found, [.. group]);
        }

        var batch = tx.Batch();
        writer.Save(batch);
        await batch.RunAsync();
        var receipts = slice.Select(v =>
            (VariantId: found.Variants[v.ExternalId], StoreId: found.Stores[v.SellerId],
            Quantity: v.Needed - found.Received.GetValueOrDefault(found.Variants[v.ExternalId])))
            .Where(r => r.Quantity > 0).ToList();
        if (receipts.Count > 0)
        {
            await StockWriter.ReceiveAsync(tx, receipts, _reference, found.Now);
        }

        return written + new Written(0, 0, 0, receipts.Count, receipts.Sum(r => r.Quantity));
    }

    /// <summary>Adds what is missing of one product: all of it, or variants at prices that it has not had.</summary>
    private async Task<Written> AddAsync(Tx tx, CatalogWriter writer, DocumentReading found, List<VariantPlan> group)
    {
        var missing = group.Where(v => !found.Variants.ContainsKey(v.ExternalId)).Select(v => Variant(v, isOnly: group.Count == 1))
            .ToList();
        foreach (var variant in missing)
        {
            found.Variants.Add(variant.ExternalId!, variant.Id);
        }

        if (!found.Products.TryGetValue((found.Stores[group[0].SellerId], group[0].ProductId), out var id))
        {
            writer.Add(Product(found.Stores[group[0].SellerId], group[0].ProductId, missing));
            return new Written(0, 1, missing.Count, 0, 0);
        }

        if (missing.Count > 0
            && await new Catalog.Storage.Products((_, _) =>
            Task.FromResult<IReadOnlyDictionary<Guid, long>>(new Dictionary<Guid, long>())).FindAsync(tx, id) is { } before)
        {
            writer.Change(before, before with { Variants = [.. before.Variants, .. missing] });
        }

        return new Written(0, 0, missing.Count, 0, 0);
    }

    private static async Task<DocumentReading> ReadAsync(Tx tx, List<VariantPlan> slice)
    {
        var first = tx.Batch();
        var now = first.Now();
        var stores = first.Query("SELECT external_id, id FROM stores WHERE external_id {in $1}", r => (r.Text(0), r.Uuid(1)),
            [slice.Select(v => v.SellerId).Distinct().ToArray()]);
        await first.RunAsync();
        var ids = stores.Rows.Select(s => s.Item2).ToArray();
        var second = tx.Batch();
        var found = second.Query(
            "SELECT store_id, external_id, id FROM products WHERE store_id {in $1} AND external_id {in $2} AND deleted_at IS NULL",
            r => ((r.Uuid(0), r.Text(1)), r.Uuid(2)), ids, slice.Select(v => v.ProductId).Distinct().ToArray());
        var variants = second.Query(
            "SELECT external_id, id FROM variants WHERE store_id {in $1} AND external_id {in $2} AND deleted_at IS NULL",
            r => (r.Text(0), r.Uuid(1)), ids, slice.Select(v => v.ExternalId).ToArray());
        await second.RunAsync();
        var received = await tx.QueryAsync(
            "SELECT variant_id, SUM(on_hand_delta) FROM stock_movements WHERE variant_id {in $1} AND reason = 'receipt' AND reference "
            + "LIKE 'olist %' GROUP BY variant_id",
            r => (r.Uuid(0), r.Long(1)), [variants.Rows.Select(v => v.Item2).ToArray()]);
        return new DocumentReading(now.Rows[0], stores.Rows.ToDictionary(), found.Rows.ToDictionary(), variants.Rows.ToDictionary(),
            received.ToDictionary());
    }

    private static Store Store(Seller seller) => new()
    {
        Id = Guid.CreateVersion7(),
        Slug = $"olist-{seller.Id}",
        Name = $"Seller {seller.Id[..8]}, {seller.City}, {seller.State}",
        Currency = Brl.Code,
        TimeZone = TimeZoneInfo.TryFindSystemTimeZoneById("America/Sao_Paulo", out var zone) ? zone.Id : "UTC",
        ExternalId = seller.Id,
    };

    private CatalogProduct Product(Guid storeId, string id, List<Variant> variants)
    {
        var category = products[id].Category;
        return new CatalogProduct
        {
            Id = Guid.CreateVersion7(),
            StoreId = storeId,
            Name = $"{category?.Replace('_', ' ') ?? "product"} {id[..8]}",
            Category = category,
            ExternalId = id,
            Variants = variants,
        };
    }

    private static Variant Variant(VariantPlan plan, bool isOnly) => new()
    {
        Id = Guid.CreateVersion7(),
        Sku = $"{plan.ProductId}-{plan.Price}",
        Name = isOnly ? null : $"at {Brl.Of(plan.Price)}",
        Price = plan.Price,
        ExternalId = plan.ExternalId,
    };

    /// <summary>What the database has of a slice; stores and variants that are added are put in.</summary>
    private sealed record DocumentReading(DateTime Now, Dictionary<string, Guid> Stores,
        Dictionary<(Guid StoreId, string ExternalId), Guid> Products,
        Dictionary<string, Guid> Variants,
        Dictionary<Guid, long> Received);
}
