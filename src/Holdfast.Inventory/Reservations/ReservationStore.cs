using Holdfast.Inventory.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Inventory.Reservations;

/// <summary>Loads and saves the <see cref="ReservationBook"/>. In the lock order, reservations come before stock.</summary>
public static class ReservationStore
{
    private const string Select =
        "SELECT id, store_id, status, reference, expires_at, created_at, updated_at FROM reservations WHERE id {in $1} ";

    /// <summary>Locks the reservations, in the order of their ids.</summary>
    public static FetchedReservations Load(StatementBatch batch, Guid[] ids) => Read(batch, ids, "ORDER BY id {lock}");

    /// <summary>Reads them without a lock.</summary>
    public static FetchedReservations Peek(StatementBatch batch, Guid[] ids) => Read(batch, ids, "");

    /// <summary>
    /// Writes what changed, with the events <c>inventory.reserved</c>, <c>inventory.released</c> (also when the time was over) and
    /// <c>inventory.committed</c> (also when an order took it over). The stock book is saved separately.
    /// </summary>
    public static void Save(ReservationBook book, StatementBatch batch, EventLog events, Func<Guid, string> actorOf)
    {
        var made = new RowSet("reservations", new("id", ColumnType.Uuid), new("store_id", ColumnType.Uuid), new("status", ColumnType.Text),
            new("reference", ColumnType.Text), new("expires_at", ColumnType.Time), new("created_at", ColumnType.Time),
            new("updated_at", ColumnType.Time));
        var lines = new RowSet("reservation_lines", new("reservation_id", ColumnType.Uuid), new("variant_id", ColumnType.Uuid),
            new("quantity", ColumnType.Long));
        var ended = new RowSet("reservations", new("id", ColumnType.Uuid), new("status", ColumnType.Text),
            new("updated_at", ColumnType.Time));
        foreach (var (before, after) in book.Changes)
        {
            if (before is null)
            {
                made.Add(after.Id).Add(after.StoreId).Add(Name(after.Status)).Add(after.Reference).Add(after.ExpiresAt).Add(after.CreatedAt)
                    .Add(after.UpdatedAt);
                foreach (var line in after.Lines)
                {
                    lines.Add(after.Id).Add(line.VariantId).Add(line.Quantity);
                }
            }
            else
            {
                ended.Add(after.Id).Add(Name(after.Status)).Add(after.UpdatedAt);
            }

            events.Add(new Event(after.Id, after.EventSequence, EventType(after.Status), after.StoreId, after.UpdatedAt, actorOf(after.Id),
                before is null ? null : $"\"previousStatus\":\"{Name(before.Status)}\"", Reply.Bytes(after)));
        }

        batch.Insert(made);
        batch.Insert(lines);
        batch.ChangeEach(ended,
            "UPDATE reservations SET status = {v.status}, updated_at = {v.updated_at} WHERE reservations.id = {v.id} AND "
            + "reservations.status = 'active'");
    }

    private static FetchedReservations Read(StatementBatch batch, Guid[] ids, string end) => new(
        batch.Query(Select + end,
            r => new Reservation(r.Uuid(0), r.Uuid(1), Enum.Parse<ReservationStatus>(r.Text(2), ignoreCase: true), r.TextOrNull(3),
            r.Time(4), r.Time(5), r.Time(6), []), ids),
        // Lines never change, so they need no lock.
        batch.Query(
        "SELECT reservation_id, variant_id, quantity FROM reservation_lines WHERE reservation_id {in $1} ORDER BY reservation_id, "
        + "variant_id",
            r => (r.Uuid(0), new StockLine(r.Uuid(1), r.Long(2))), ids));

    private static string Name(ReservationStatus status) => status switch
    {
        ReservationStatus.Active => "active",
        ReservationStatus.Released => "released",
        ReservationStatus.Expired => "expired",
        ReservationStatus.Committed => "committed",
        _ => "consumed",
    };

    private static string EventType(ReservationStatus status) => status switch
    {
        ReservationStatus.Active => "inventory.reserved",
        ReservationStatus.Released or ReservationStatus.Expired => "inventory.released",
        _ => "inventory.committed",
    };
}
