using Holdfast.Platform;

namespace Holdfast.Inventory.Core;

/// <summary>
/// The stand-alone reservations a batch needs, with the rules for changing them. Each change moves stock in the <see cref="StockBook"/>
/// that is passed in; a refusal leaves both as they were, save that one past its time is expired at the first touch.
/// </summary>
public sealed class ReservationBook
{
    private readonly Dictionary<Guid, Reservation> _now;
    private readonly List<(Reservation? Before, Reservation After)> _changes = [];

    public ReservationBook(IReadOnlyCollection<Reservation> read) => _now = read.ToDictionary(r => r.Id);

    /// <summary>What changed, in order; <c>Before</c> is null for a new one.</summary>
    public IReadOnlyList<(Reservation? Before, Reservation After)> Changes => _changes;

    public Reservation? Find(Guid id) => _now.GetValueOrDefault(id);

    /// <summary>A point to come back to.</summary>
    public int Savepoint() => _changes.Count;

    /// <summary>Undoes everything since the savepoint; the stock book has a savepoint of its own.</summary>
    public void Undo(int savepoint)
    {
        for (var i = _changes.Count - 1; i >= savepoint; i--)
        {
            var (before, after) = _changes[i];
            if (before is null)
            {
                _now.Remove(after.Id);
            }
            else
            {
                _now[before.Id] = before;
            }
        }

        _changes.RemoveRange(savepoint, _changes.Count - savepoint);
    }

    /// <summary>Holds all lines until the time is over, or none: 409 <c>insufficient_stock</c> with the shortages.</summary>
    public Result<Reservation> Reserve(StockBook stock, Guid id, Guid storeId, IReadOnlyList<StockLine> lines, string? reference,
        TimeSpan ttl, DateTime now) =>
        stock.TryReserve(lines, StockReasons.Reserved, id, out var shortages)
            ? Set(null, new Reservation(id, storeId, ReservationStatus.Active, reference, now + ttl, now, now, lines))
            : InventoryErrors.InsufficientStock(shortages!);

    /// <summary>
    /// Gives the stock back. One that was given back already, or whose time is over, stays as it is: the caller has what it wanted.
    /// </summary>
    public Result<Reservation> Release(StockBook stock, Guid id, DateTime now)
    {
        Expire(stock, id, now);
        var reservation = _now[id];
        return reservation.Status switch
        {
            ReservationStatus.Active => GiveBack(stock, reservation, ReservationStatus.Released, StockReasons.Released, now),
            ReservationStatus.Released or ReservationStatus.Expired => reservation,
            _ => Ended(reservation),
        };
    }

    /// <summary>The goods leave the house. Committing twice is committing once.</summary>
    /// <param name="holds">Who holds what of the variants that are short; a reservation whose own hold is short cannot be
    /// committed.</param>
    public Result<Reservation> Commit(StockBook stock, HoldBook holds, Guid id, DateTime now)
    {
        Expire(stock, id, now);
        var reservation = _now[id];
        if (reservation.Status == ReservationStatus.Committed)
        {
            return reservation;
        }

        if (reservation.Status != ReservationStatus.Active)
        {
            return Ended(reservation);
        }

        var missing = reservation.Lines.Where(l => !holds.Covers(stock, l.VariantId, id, l.Quantity)).Select(l => l.VariantId).ToList();
        if (missing.Count > 0)
        {
            return InventoryErrors.ReservationShort(missing);
        }

        foreach (var line in reservation.Lines)
        {
            stock.Ship(line.VariantId, line.Quantity, StockReasons.Committed, id);
        }

        return Set(reservation, reservation with { Status = ReservationStatus.Committed, UpdatedAt = now });
    }

    /// <summary>Gives the stock back if its time is over. Returns whether it was.</summary>
    public bool Expire(StockBook stock, Guid id, DateTime now)
    {
        var reservation = _now[id];
        if (!reservation.IsOverdue(now))
        {
            return false;
        }

        GiveBack(stock, reservation, ReservationStatus.Expired, StockReasons.Expired, now);
        return true;
    }

    /// <summary>
    /// An order takes the hold over. What both name goes from one to the other, so it is not lost to anybody in between; what the order
    /// wants beyond it is reserved from what is available, or everything is refused; what it does not want is given back.
    /// </summary>
    public Result<Reservation> Consume(StockBook stock, Guid id, Guid orderId, IReadOnlyList<StockLine> lines, DateTime now)
    {
        Expire(stock, id, now);
        var reservation = _now[id];
        if (reservation.Status != ReservationStatus.Active)
        {
            return Ended(reservation);
        }

        var savepoint = stock.Savepoint();
        var quantities = lines.ToDictionary(l => l.VariantId, l => l.Quantity);
        foreach (var reserved in reservation.Lines)
        {
            var passedOn = Math.Min(reserved.Quantity, quantities.GetValueOrDefault(reserved.VariantId));
            if (passedOn > 0)
            {
                stock.Transfer(reserved.VariantId, passedOn, StockReasons.Consumed, id, StockReasons.Placed, orderId);
                quantities[reserved.VariantId] -= passedOn;
            }

            if (passedOn < reserved.Quantity)
            {
                stock.Release(reserved.VariantId, reserved.Quantity - passedOn, StockReasons.Consumed, id);
            }
        }

        var beyond = lines.Where(l => quantities[l.VariantId] > 0).Select(l => l with { Quantity = quantities[l.VariantId] }).ToList();
        if (!stock.TryReserve(beyond, StockReasons.Placed, orderId, out var shortages))
        {
            stock.Undo(savepoint);
            return InventoryErrors.InsufficientStock(shortages!);
        }

        return Set(reservation, reservation with { Status = ReservationStatus.Consumed, UpdatedAt = now });
    }

    private Reservation GiveBack(StockBook stock, Reservation reservation, ReservationStatus status, string reason, DateTime now)
    {
        foreach (var line in reservation.Lines)
        {
            stock.Release(line.VariantId, line.Quantity, reason, reservation.Id);
        }

        return Set(reservation, reservation with { Status = status, UpdatedAt = now });
    }

    private Reservation Set(Reservation? before, Reservation after)
    {
        _changes.Add((before, after));
        return _now[after.Id] = after;
    }

    private static Error Ended(Reservation reservation) => reservation.Status switch
    {
        ReservationStatus.Released => InventoryErrors.ReservationReleased,
        ReservationStatus.Expired => InventoryErrors.ReservationExpired,
        ReservationStatus.Committed => InventoryErrors.ReservationCommitted,
        _ => InventoryErrors.ReservationConsumed,
    };
}
