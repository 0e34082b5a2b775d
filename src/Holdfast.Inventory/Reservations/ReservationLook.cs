using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;

namespace Holdfast.Inventory.Reservations;

/// <summary>
/// One look at the database before any lock: answers to keys that were used before, what the catalog says of the variants, and what is
/// available. Replays and hopeless commands are answered from it, write nothing and lock nothing.
/// </summary>
internal sealed class ReservationLook
{
    private readonly Dictionary<Guid, IdempotentWork.StoredOutcome> _stored;
    private readonly Dictionary<Guid, VariantSeen> _variants;
    private readonly Dictionary<Guid, Guid> _storeOfReservation;
    private readonly StockBook _stock;

    private ReservationLook(DateTime now, IEnumerable<IdempotentWork.StoredOutcome> stored, IEnumerable<VariantSeen> variants,
        IEnumerable<(Guid Id, Guid StoreId)> reservations,
        IReadOnlyCollection<StockRow> stock)
    {
        Now = now;
        _stored = stored.ToDictionary(s => s.Key);
        _variants = variants.ToDictionary(v => v.Id);
        _storeOfReservation = reservations.ToDictionary(r => r.Id, r => r.StoreId);
        _stock = new StockBook(stock);
    }

    private sealed record VariantSeen(Guid Id, Guid StoreId, bool ForSale);

    /// <summary>When it was taken.</summary>
    public DateTime Now { get; }

    public static async Task<ReservationLook> TakeAsync(DbSession session, IReadOnlyList<ReservationCommand> commands)
    {
        Guid[] variantIds = [.. commands.OfType<ReserveCommand>().SelectMany(c => c.Lines).Select(l => l.VariantId).Distinct()];
        var batch = session.Batch();
        var now = batch.Now();
        var variants = batch.Query(
            "SELECT v.id, v.store_id, v.active, p.deleted_at FROM variants v JOIN products p ON p.id = v.product_id WHERE v.id {in $1}",
            r => new VariantSeen(r.Uuid(0), r.Uuid(1), r.Bool(2) && r.IsNull(3)), variantIds);
        var reservations = batch.Query("SELECT id, store_id FROM reservations WHERE id {in $1}", r => (r.Uuid(0), r.Uuid(1)),
            commands.Where(c => c is not ReserveCommand).Select(c => c.Id).Distinct().ToArray());
        var stock = StockStore.Peek(batch, variantIds);
        // Last: whoever sees the stock that a reservation has taken must see its key, too.
        var stored = batch.Query(IdempotentWork.Select, IdempotentWork.Map, commands.Where(c => c.Key is not null).Select(c => c.Key!.Hash)
            .Distinct().ToArray());
        await batch.RunAsync();
        return new ReservationLook(now.Rows[0], stored.Rows, variants.Rows, reservations.Rows, stock.Rows);
    }

    public Guid StoreOf(ReserveCommand command) => _variants[command.Lines[0].VariantId].StoreId;

    /// <summary>The answer to a command that needs no lock, or null when it must be decided.</summary>
    public Result<Reply>? Answer(ReservationCommand command)
    {
        if (command.Key is { } key && _stored.TryGetValue(key.Hash, out var stored))
        {
            return stored.Replay(key);
        }

        if (command is not ReserveCommand reserve)
        {
            return _storeOfReservation.TryGetValue(command.Id, out var store) && command.Caller.Manages(store) ? (Result<Reply>?)null
                : Errors.NotFound;
        }

        return Obstacle(reserve) is { } error ? error : (Result<Reply>?)null;
    }

    /// <summary>A variant of a store that the caller does not work for is unknown to them.</summary>
    private Error? Obstacle(ReserveCommand command)
    {
        var unknown = Where(v => v is null || !command.Caller.Manages(v.StoreId));
        if (unknown.Count > 0)
        {
            return InventoryErrors.UnknownVariant(unknown);
        }

        if (Where(v => v!.StoreId != StoreOf(command)).Count > 0)
        {
            return InventoryErrors.SeveralStores;
        }

        var notForSale = Where(v => !v!.ForSale);
        return notForSale.Count > 0 ? InventoryErrors.NotForSale(notForSale)
            : _stock.Shortages(command.Lines) is { } shortages ? InventoryErrors.InsufficientStock(shortages)
            : null;

        List<Guid> Where(Func<VariantSeen?, bool> test) =>
            [.. command.Lines.Select(l => l.VariantId).Where(id => test(_variants.GetValueOrDefault(id)))];
    }
}
