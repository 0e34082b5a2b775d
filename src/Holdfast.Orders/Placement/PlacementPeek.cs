using Holdfast.Inventory;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>
/// What a batch sees before any lock, in one round trip: stored answers to its keys, the catalog's facts, the stock as last
/// committed. The catalog's facts are those the orders keep; stock is read again under lock.
/// </summary>
internal sealed record PlacementPeek(PlacementBooks Books, IReadOnlyList<Idempotency.Stored> Stored, DateTime Now)
{
    public static Task<PlacementPeek> ReadAsync(Db db, IReadOnlyList<Placing> placings) => db.ReadAsync(async session =>
    {
        var commands = placings.Select(p => p.Command).ToList();
        var batch = session.Batch();
        var books = Read(batch, commands);
        // Last: each statement sees the commits before it, and whoever sees the stock that an order has taken must see its key, too, or the second
        // of two equal requests would hear that the first has sold it out.
        var stored = batch.Query(Idempotency.Select, Idempotency.Map, placings.Select(p => p.Key.Hash).Distinct().ToArray());
        var now = batch.Now();
        await batch.RunAsync().ConfigureAwait(false);
        return new PlacementPeek(books(), stored.Rows, now.Rows[0]);
    });

    /// <summary>The books for one command, for a quote: purchases included, since nothing will be judged again.</summary>
    public static Task<PlacementBooks> ReadAsync(Db db, PlaceCommand command) => db.ReadAsync(async session =>
    {
        var batch = session.Batch();
        var books = Read(batch, [command]);
        var bought = batch.Query("SELECT variant_id, buyer, quantity FROM purchase_counts WHERE variant_id {in $1} AND buyer = $2",
            r => (r.Uuid(0), r.Text(1), r.Long(2)), command.Lines.Select(l => l.VariantId).ToArray(), command.EmailKey);
        await batch.RunAsync().ConfigureAwait(false);
        return books().With(new PurchaseBook(bought.Rows));
    });

    private static Func<PlacementBooks> Read(StatementBatch batch, IReadOnlyList<PlaceCommand> commands)
    {
        var storeIds = commands.Select(c => c.StoreId).Distinct().ToArray();
        var variantIds = commands.SelectMany(c => c.Lines).Select(l => l.VariantId).Distinct().ToArray();
        var stores = batch.Query("SELECT id, currency, time_zone FROM stores WHERE id {in $1}", r => new StoreFacts(r.Uuid(0), r.Text(1), r.Text(2)), storeIds);
        var variants = batch.Query("SELECT v.id, v.store_id, v.product_id, p.name, v.sku, v.price, v.purchase_limit, v.active AND p.deleted_at IS NULL "
            + "FROM variants v JOIN products p ON p.id = v.product_id WHERE v.id {in $1}",
            r => new VariantFacts(r.Uuid(0), r.Uuid(1), r.Uuid(2), r.Text(3), r.Text(4), r.Long(5), r.IntOrNull(6), r.Bool(7)), variantIds);
        var stock = StockPages.Peek(batch, variantIds);
        var named = commands.Select(c => c.ExternalId).OfType<string>().Distinct().ToArray();
        var externalIds = named.Length == 0 ? null
            : batch.Query("SELECT store_id, external_id FROM orders WHERE store_id {in $1} AND external_id {in $2}", r => (r.Uuid(0), r.Text(1)), storeIds, named);
        return () => new PlacementBooks
        {
            Stores = stores.Rows.ToDictionary(s => s.Id),
            Variants = variants.Rows.ToDictionary(v => v.Id),
            Stock = new StockBook(stock.Rows),
            ExternalIds = externalIds is null ? [] : [.. externalIds.Rows],
        };
    }
}
