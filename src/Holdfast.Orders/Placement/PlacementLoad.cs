using Holdfast.Inventory.Core;
using Holdfast.Inventory.Reservations;
using Holdfast.Inventory.Storage;
using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Core;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Orders.Placement;

/// <summary>
/// Loads what a batch of placements changes, under lock and in the global lock order: participants that come before stock, reservations,
/// stock, purchases, codes, the other participants, points. What no command uses costs no round trip.
/// </summary>
internal static class PlacementLoad
{
    /// <summary>Returns the books as peeked, with what was read under lock; and the clock after the last lock.</summary>
    /// <param name="peekedAt">A moment of the database's clock shortly before.</param>
    public static async Task<(PlacementBooks Books, DateTime Now)> LoadAsync(Tx tx, PlacementBooks peeked, DateTime peekedAt,
        List<PlaceCommand> commands, OrderOptions options)
    {
        var participants = commands.SelectMany(c => c.Participants).ToList();
        await CommitParticipant.LoadAllAsync(tx, participants, r => r.Rank < LockRank.Stock);

        var batch = tx.Batch();
        var taken = commands.Select(c => c.ReservationId is { } r ? peeked.Reservations.Find(r) : null).OfType<Reservation>()
            .DistinctBy(r => r.Id).ToList();
        var reservations = taken.Count == 0 ? null : ReservationStore.Load(batch, [.. taken.Select(r => r.Id).Order()]);
        var stock = StockStore.Load(batch, commands.SelectMany(c => c.Lines).Concat(taken.SelectMany(r => r.Lines)).Select(l => l.VariantId)
            .Distinct().Order().ToArray());
        var purchases = LoadPurchases(batch, peeked, commands);
        var discounts = LoadCodes(tx, batch, peeked, commands);
        var pending = PendingOrderTable.Peek(batch, options, commands);
        var unpaid = UnpaidHoldTable.Load(batch, options, peeked, commands, peekedAt);
        var clients = ClientHoldTable.Open(batch, options, peeked, commands, peekedAt);
        var accounts = commands.Where(c => c is { RedeemPoints: > 0, CustomerId: not null }).Select(c => (c.CustomerId!.Value, c.StoreId))
            .Distinct().ToList();
        var hasLate = participants.Exists(r => r.Rank >= LockRank.Stock);
        // Points are locked last, the clock is read after the last lock.
        var points = hasLate ? null : LoadPoints(tx, batch, accounts);
        var clock = batch.Now();
        await batch.RunAsync();
        if (hasLate)
        {
            await CommitParticipant.LoadAllAsync(tx, participants, r => r.Rank >= LockRank.Stock);
            points = LoadPoints(tx, batch, accounts);
            clock = batch.Now();
            await batch.RunAsync();
        }

        var now = clock.First;
        var books = peeked with
        {
            Reservations = new ReservationBook(reservations?.All() ?? []),
            Stock = new StockBook(stock.Rows),
            Discounts = await discounts(),
            Pending = pending(now),
            UnpaidHolds = unpaid(),
            ClientHolds = clients(),
            Purchases = new PurchaseBook(purchases?.Rows ?? []),
            Points = points is null ? null : await points(now),
        };
        return (books, now);
    }

    /// <summary>Claims and locks the counts of limited variants; null where no command has one.</summary>
    private static QueryResult<(Guid VariantId, string Buyer, long Quantity)>? LoadPurchases(StatementBatch batch, PlacementBooks peeked,
        List<PlaceCommand> commands)
    {
        var limited = commands.Where(c => c.Lines.Any(l => peeked.Variants[l.VariantId].PurchaseLimit is not null)).ToList();
        return limited.Count == 0 ? null : PurchaseCountTable.Load(batch,
            [.. limited.SelectMany(c => c.Lines.Where(l => peeked.Variants[l.VariantId].PurchaseLimit is not null)
            .SelectMany(l => c.Keys.Counted.Select(key => (l.VariantId, key)))).Distinct()],
            limited.SelectMany(c => c.Keys.Asked));
    }

    private static Func<DateTime, Task<PointsBook>>? LoadPoints(Tx tx, StatementBatch batch, IReadOnlyCollection<(Guid, Guid)> accounts) =>
        accounts.Count == 0 ? null : PointsStore.Load(tx, batch, accounts);

    /// <summary>Locks the codes. The buyers' uses are read only for codes that limit them.</summary>
    private static Func<ValueTask<DiscountBook>> LoadCodes(Tx tx, StatementBatch batch, PlacementBooks peeked, List<PlaceCommand> commands)
    {
        var coded = commands.Where(c => c.DiscountKey is not null).ToList();
        var found = coded.SelectMany(c => c.DiscountKeys.Select(key => peeked.Discounts.Find(c.StoreId, peeked.Stores[c.StoreId].Currency,
            key)))
            .OfType<DiscountCode>().DistinctBy(c => c.Id).ToList();
        if (found.Count == 0)
        {
            return () => ValueTask.FromResult(DiscountBook.Empty);
        }

        var buyers = coded.SelectMany(c => c.Keys.Asked).Distinct().ToArray();
        var codes = DiscountStore.Load(batch, [.. found.Select(c => c.Id).Order()]);
        Guid[] limited = [.. found.Where(c => c.UsageLimitPerCustomer is not null).Select(c => c.Id)];
        var uses = limited.Length == 0 ? null : DiscountStore.Uses(batch, limited, buyers);
        return async () =>
        {
            // Under the lock a code may have a limit that it had not when it was peeked at.
            Guid[] since = [.. codes.Rows.Where(c => c.UsageLimitPerCustomer is not null && !limited.Contains(c.Id)).Select(c => c.Id)];
            var more = tx.Batch();
            var late = since.Length == 0 ? null : DiscountStore.Uses(more, since, buyers);
            await more.RunAsync();
            return new DiscountBook(codes.Rows, [.. uses?.Rows ?? [], .. late?.Rows ?? []]);
        };
    }
}
