using Holdfast.Platform.Http.Audit;

namespace Holdfast.Platform.Data;

/// <summary>
/// What one attempt at a batch leaves for the queue: the outcomes, and its transaction, to ask what became of its COMMIT.
/// </summary>
public sealed class BatchAttempt<TOutcome>
{
    private readonly IReadOnlyList<AuditScope?> _witnesses;

    /// <param name="witnesses">Of each command, in order.</param>
    internal BatchAttempt(IReadOnlyList<AuditScope?> witnesses) => _witnesses = witnesses;

    internal Tx? Transaction { get; private set; }

    internal Result<TOutcome>[]? Outcomes { get; private set; }

    /// <summary>Something was changed, and that is committed.</summary>
    internal bool IsCommitted { get; private set; }

    /// <summary>
    /// Commits, with the lines of the audit log that its commands owe; should the answer to COMMIT be lost, the queue finds out and hands
    /// out these outcomes or runs the batch again.
    /// </summary>
    public async Task CommitAsync(Tx tx, Result<TOutcome>[] outcomes)
    {
        Check(outcomes);
        var lines = outcomes.Zip(_witnesses, (outcome, witness) => outcome.IsOk ? witness?.Line(outcome.Value) : null).OfType<AuditEntry>()
            .ToList();
        if (lines.Count > 0)
        {
            await AuditLog.NoteAsync(tx, lines);
        }

        (Transaction, Outcomes) = (tx, outcomes);
        await tx.CommitAsync();
        IsCommitted = tx.HasChanges;
    }

    // Found out before the COMMIT, when nothing has happened yet.
    internal Result<TOutcome>[] Check(Result<TOutcome>[] outcomes) =>
        outcomes.Length == _witnesses.Count ? outcomes
        : throw new InvalidOperationException($"{outcomes.Length} outcomes for {_witnesses.Count} commands");
}
