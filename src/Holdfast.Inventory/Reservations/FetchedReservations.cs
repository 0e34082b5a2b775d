using Holdfast.Inventory.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Inventory.Reservations;

/// <summary>Reservations that a round trip has fetched, or will have.</summary>
public sealed class FetchedReservations
{
    private readonly QueryResult<Reservation> _rows;
    private readonly QueryResult<(Guid ReservationId, StockLine Line)> _lines;

    internal FetchedReservations(QueryResult<Reservation> rows, QueryResult<(Guid ReservationId, StockLine Line)> lines) =>
        (_rows, _lines) = (rows, lines);

    /// <summary>With their lines; those that do not exist are not among them.</summary>
    public List<Reservation> All()
    {
        var lines = _lines.Rows.ToLookup(l => l.ReservationId, l => l.Line);
        return _rows.Rows.ConvertAll(r => r with { Lines = [.. lines[r.Id]] });
    }
}
