using Holdfast.Catalog.Core;
using Holdfast.Identity.Accounts;
using Holdfast.Inventory.Core;
using Holdfast.Inventory.Reservations;
using Holdfast.Inventory.Storage;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Core;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Orders.Placement;

/// <summary>
/// What a batch sees before any lock, in one round trip: stored answers to its keys, the catalog's facts, the stock as last
/// committed. The catalog's facts are those the orders keep; stock is read again under lock.
/// </summary>
internal sealed record PlacementPeek(PlacementBooks Books, IReadOnlyList<IdempotentWork.StoredOutcome> Stored, DateTime Now)
{
    public static Task<PlacementPeek> ReadAsync(Db db, IReadOnlyList<PlaceRequest> requests) => db.ReadAsync(async session =>
    {
        var commands = requests.Select(p => p.Command).ToList();
        var batch = session.Batch();
        var books = Read(batch, commands);
        // Last: each statement sees the commits before it, and whoever sees the stock that an order has taken must see its key, too, or the
        // second of two equal requests would be told that the first has sold it out.
        var stored = batch.Query(IdempotentWork.Select, IdempotentWork.Map, requests.Select(p => p.Key.Hash).Distinct().ToArray());
        var now = batch.Now();
        await batch.RunAsync();
        return new PlacementPeek(books(), stored.Rows, now.Rows[0]);
    });

    /// <summary>
    /// The books for one command, for a quote: limits included, since nothing will be judged again. What was bought or is held is read for
    /// an account and for whoever works for the shop; a guest may name anybody's email and phone, and is told the limits alone.
    /// </summary>
    public static Task<(PlacementBooks Books, DateTime Now)> ReadAsync(Db db, PlaceCommand command, OrderOptions options) =>
        db.ReadAsync(async session =>
    {
        var batch = session.Batch();
        var read = Read(batch, [command]);
        var account = command.CustomerId is { } id ? CustomerStore.Look(batch, [id]) : null;
        var clock = batch.Now();
        await batch.RunAsync();
        var (books, now) = (read(), clock.First);
        command.Know(account?.First?.ProvedEmail, options.FoldsMailboxes);
        if (books.Stores.ContainsKey(command.StoreId))
        {
            books = await WithLimitsAsync(batch, books, command, options, now);
        }

        return command is { RedeemPoints: > 0, CustomerId: { } customer }
            ? (books with { Points = await PointsStore.PeekAsync(session, [(customer, command.StoreId)]) }, now)
            : (books, now);
    });

    private static async Task<PlacementBooks> WithLimitsAsync(StatementBatch batch, PlacementBooks books, PlaceCommand command,
        OrderOptions options, DateTime now)
    {
        var isCounted = command.CustomerId is not null || !command.IsCapped;
        var store = books.Stores[command.StoreId];
        DiscountCode[] codes = [.. command.DiscountKeys.Select(key => books.Discounts.Find(store.Id, store.Currency, key))
            .OfType<DiscountCode>()];
        var bought = isCounted
            ? batch.Query("SELECT variant_id, buyer, quantity FROM purchase_counts WHERE variant_id {in $1} AND buyer {in $2}",
            r => (r.Uuid(0), r.Text(1), r.Long(2)), command.Lines.Select(l => l.VariantId).ToArray(), command.Keys.Asked.ToArray()) : null;
        var pending = isCounted ? PendingOrderTable.Peek(batch, options, [command]) : _ => PendingOrderTable.Unread(options, command);
        var unpaid = UnpaidHoldTable.Load(batch, options, books, [command], now, ofBuyers: isCounted);
        var clients = ClientHoldTable.Open(batch, options, books, [command], now, ofOthers: isCounted);
        var uses = isCounted && codes.Length > 0 ? DiscountStore.Uses(batch, [.. codes.Select(c => c.Id)], [.. command.Keys.Asked]) : null;
        await batch.RunAsync();
        return books with
        {
            Purchases = new PurchaseBook(bought?.Rows ?? []),
            Pending = pending(now),
            UnpaidHolds = unpaid(),
            ClientHolds = clients(),
            Discounts = codes.Length == 0 ? books.Discounts : new DiscountBook(codes, uses?.Rows ?? []),
        };
    }

    private static IReadOnlyList<PaymentMethod>? Methods(string? names) => PaymentMethods.Read(names)?.Select(Names.Method).ToArray();

    private static Func<PlacementBooks> Read(StatementBatch batch, IReadOnlyList<PlaceCommand> commands)
    {
        var storeIds = commands.Select(c => c.StoreId).Distinct().ToArray();
        var variantIds = commands.SelectMany(c => c.Lines).Select(l => l.VariantId).Distinct().ToArray();
        var stores = batch.Query(
            "SELECT id, currency, time_zone, shipping_rates, tax, payment_methods, combines_discounts FROM stores WHERE id {in $1}",
            r => new StoreFacts(r.Uuid(0), r.Text(1), r.Text(2), StoreCharges.ReadRates(r.TextOrNull(3)),
            StoreCharges.ReadTax(r.TextOrNull(4)))
            {
                PaymentMethods = Methods(r.TextOrNull(5)),
                CombinesDiscounts = r.Bool(6),
            }, storeIds);
        var variants = batch.Query(
            "SELECT v.id, v.store_id, v.product_id, p.name, v.sku, v.price, v.purchase_limit, v.active AND p.deleted_at IS NULL, "
            + "p.category, p.payment_methods FROM variants v JOIN products p ON p.id = v.product_id WHERE v.id {in $1}",
            r => new VariantFacts(r.Uuid(0), r.Uuid(1), r.Uuid(2), r.Text(3), r.Text(4), r.Long(5), r.IntOrNull(6), r.Bool(7),
            r.TextOrNull(8))
            {
                PaymentMethods = Methods(r.TextOrNull(9)),
            }, variantIds);
        var reservationIds = commands.Select(c => c.ReservationId).OfType<Guid>().Distinct().ToArray();
        var reservations = reservationIds.Length == 0 ? null : ReservationStore.Peek(batch, reservationIds);
        var stock = StockStore.Peek(batch, variantIds);
        var codes = commands.SelectMany(c => c.DiscountKeys).Distinct().ToArray();
        var discounts = codes.Length == 0 ? null : DiscountStore.Peek(batch, storeIds, codes);
        var programs = commands.All(c => c.RedeemPoints == 0) ? null : PointsStore.Programs(batch, storeIds);
        var named = commands.Select(c => c.ExternalId).OfType<string>().Distinct().ToArray();
        var externalIds = named.Length == 0 ? null
            : batch.Query("SELECT store_id, external_id FROM orders WHERE store_id {in $1} AND external_id {in $2}",
            r => (r.Uuid(0), r.Text(1)), storeIds, named);
        return () => new PlacementBooks
        {
            Stores = stores.Rows.ToDictionary(s => s.Id),
            Variants = variants.Rows.ToDictionary(v => v.Id),
            Stock = new StockBook(stock.Rows),
            ExternalIds = new ExternalIdBook(externalIds?.Rows ?? []),
            Discounts = discounts is null ? DiscountBook.Empty : new DiscountBook(discounts.Rows, []),
            Programs = programs?.Rows.ToDictionary(p => p.StoreId) ?? [],
            Reservations = new ReservationBook(reservations?.All() ?? []),
        };
    }
}
