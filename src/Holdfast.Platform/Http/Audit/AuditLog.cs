using Holdfast.Platform.Data;

namespace Holdfast.Platform.Http.Audit;

/// <summary>The log of who did what, for accountability. Lines are only ever added.</summary>
public static class AuditLog
{
    /// <summary>Writes a line with the statements of the batch.</summary>
    public static void Note(StatementBatch batch, AuditEntry entry, DateTime now) => Note(batch, [entry], now);

    /// <summary>How long a line keeps the address: long enough for an investigation; addresses are personal.</summary>
    public static readonly TimeSpan KeepsAddress = TimeSpan.FromDays(180);

    /// <summary>Removes the addresses from the lines that are older than <see cref="KeepsAddress"/>.</summary>
    public static AffectedRows ForgetAddresses(StatementBatch batch, DateTime now) =>
        batch.Execute("UPDATE audit_log SET address = NULL WHERE address IS NOT NULL AND occurred_at < $1", now - KeepsAddress);

    /// <summary>Removes the addresses from the lines of a person whose account is closed.</summary>
    public static AffectedRows ForgetAddresses(StatementBatch batch, string actor) =>
        batch.Execute("UPDATE audit_log SET address = NULL WHERE actor = $1 AND address IS NOT NULL", actor);

    /// <summary>Writes lines at the end of a transaction.</summary>
    internal static async Task NoteAsync(Tx tx, IReadOnlyCollection<AuditEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var now = await tx.NowAsync();
        var batch = tx.Batch();
        Note(batch, entries, now);
        await batch.RunAsync();
    }

    private static void Note(StatementBatch batch, IReadOnlyCollection<AuditEntry> entries, DateTime now)
    {
        var rows = new RowSet("audit_log", new("id", ColumnType.Uuid), new("occurred_at", ColumnType.Time), new("actor", ColumnType.Text),
            new("action", ColumnType.Text),
            new("resource", ColumnType.Text), new("store_id", ColumnType.Uuid),
            new("address", ColumnType.Text));
        foreach (var entry in entries)
        {
            rows.Add(Guid.CreateVersion7()).Add(now).Add(entry.Actor).Add(entry.Action).Add(entry.Resource).Add(entry.StoreId)
                .Add(entry.Address);
        }

        batch.Insert(rows);
    }
}
