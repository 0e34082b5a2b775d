using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Products;

/// <summary>Writes rows of products, or finds out what writing them would do.</summary>
internal static class ProductWrites
{
    /// <summary>Writes the rows on the transaction.</summary>
    public static async Task<SliceResult> WriteAsync(Tx tx, IReadOnlyList<FileRow> rows)
    {
        var stores = await ProductBooks.HoldStoresAsync(tx, Slugs(rows));
        var book = new ProductBook([]);
        await ProductBooks.LoadAsync(tx, book, [.. stores.Select(s => s.Id)], [.. rows.Select(r => r.Product)]);
        var (effects, faults, taken) = Put(book, stores, rows);
        await ProductBooks.SaveAsync(tx, book);
        var (receipts, differing) = (0, new List<BadField>());
        foreach (var delivery in Deliveries(book, taken))
        {
            var lines = delivery.Where(d => d.Row.Quantity > 0).Select(d => (d.VariantId, d.StoreId, (long)d.Row.Quantity!)).ToList();
            if (lines.Count > 0)
            {
                var received = await StockWriter.ReceiveAsync(tx, lines, delivery.Key, await tx.NowAsync());
                receipts += received.Written;
                differing.AddRange(Different(delivery, received.Booked));
            }

            // Nothing is received for these, but a receipt that is booked was of something.
            var zeros = delivery.Where(d => d.Row.Quantity == 0).Select(d => d.VariantId).ToArray();
            if (zeros.Length > 0)
            {
                differing.AddRange(Different(delivery, await StockWriter.BookedAsync(tx, zeros, delivery.Key)));
            }
        }

        return new SliceResult(rows.Count, NewProducts(book), effects, faults, receipts, differing);
    }

    /// <summary>As <see cref="WriteAsync"/>, without writing: the book holds what earlier rows would have made.</summary>
    public static async Task<SliceResult> TryAsync(DbSession session, ProductBook book, IReadOnlyList<FileRow> rows)
    {
        var stores = await ProductBooks.FindStoresAsync(session, Slugs(rows));
        await ProductBooks.LoadAsync(session, book, [.. stores.Select(s => s.Id)], [.. rows.Select(r => r.Product)]);
        var before = NewProducts(book);
        var (effects, faults, taken) = Put(book, stores, rows);
        var (receipts, differing) = (0, new List<BadField>());
        foreach (var delivery in Deliveries(book, taken))
        {
            var booked = await StockWriter.BookedAsync(session, [.. delivery.Select(d => d.VariantId)], delivery.Key);
            receipts += delivery.Count(d => d.Row.Quantity > 0 && !booked.ContainsKey(d.VariantId));
            differing.AddRange(Different(delivery, booked));
        }

        return new SliceResult(rows.Count, NewProducts(book) - before, effects, faults, receipts, differing);
    }

    private static string[] Slugs(IReadOnlyList<FileRow> rows) => [.. rows.Select(r => r.Store).Distinct()];

    private static int NewProducts(ProductBook book) => book.Changes().Count(c => c.Before is null);

    private static (List<RowEffect> Effects, List<BadField> Faults, List<(Guid StoreId, FileRow Row)> Taken) Put(ProductBook book,
        List<Store> found, IReadOnlyList<FileRow> rows)
    {
        var stores = found.ToDictionary(s => s.Slug, StringComparer.Ordinal);
        var (effects, faults, taken) = (new List<RowEffect>(), new List<BadField>(), new List<(Guid StoreId, FileRow Row)>());
        foreach (var row in rows)
        {
            if (!stores.TryGetValue(row.Store, out var store))
            {
                faults.Add(new BadField(row.Line, "store", $"there is no store '{row.Store}'"));
                continue;
            }

            var put = Put(book, store, row);
            if (put.IsOk)
            {
                effects.Add(put.Value);
                taken.Add((store.Id, row));
            }
            else
            {
                var (column, messages) = put.Error!.Fields!.First();
                faults.Add(new BadField(row.Line, column, messages[0]));
            }
        }

        return (effects, faults, taken);
    }

    private static Result<RowEffect> Put(ProductBook book, Store store, FileRow row)
    {
        var digits = Currencies.Digits(store.Currency)!.Value;
        return Money.Parse(row.Price, digits) is <= Money.MaxPrice and var price
            ? book.Put(store.Id, row.Product with { Price = price })
            : Errors.Invalid("price",
                $"'{RowReading.Shown(row.Price)}' is not an amount in {store.Currency}, such as {Money.Format(19900, digits)}");
    }

    private static IEnumerable<IGrouping<string,
        (Guid VariantId, Guid StoreId, FileRow Row)>> Deliveries(ProductBook book, List<(Guid StoreId, FileRow Row)> taken) =>
        taken.Where(t => t.Row.Quantity is not null).Select(t => (VariantId: book.Find(t.StoreId, t.Row.Product.Sku).Id, t.StoreId, t.Row))
            .GroupBy(t => t.Row.Reference).OrderBy(d => d.Key, StringComparer.Ordinal);

    private static IEnumerable<BadField> Different(IEnumerable<(Guid VariantId, Guid StoreId, FileRow Row)> delivery,
        IReadOnlyDictionary<Guid, long> booked) =>
        delivery.Where(d => booked.TryGetValue(d.VariantId, out var pieces) && pieces != d.Row.Quantity)
            .Select(d => new BadField(d.Row.Line, "quantity",
                $"'{RowReading.Shown(d.Row.Product.Sku)}' has a receipt '{RowReading.Shown(d.Row.Reference)}' of {booked[d.VariantId]} "
                    + $"pieces already, and not of {d.Row.Quantity}: give a new delivery a reference of its own, or adjust the stock"));
}
