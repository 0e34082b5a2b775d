using Holdfast.Platform.Http.Audit;

namespace Holdfast.Platform.Data;

/// <summary>What one attempt at a batch leaves for the queue: the outcomes, and the transaction whose COMMIT can be looked up.</summary>
public sealed class BatchAttempt<TOutcome>
{
    private readonly IReadOnlyList<AuditScope?> _auditScopes;

    /// <param name="auditScopes">The audit scope of each command, in order.</param>
    internal BatchAttempt(IReadOnlyList<AuditScope?> auditScopes) => _auditScopes = auditScopes;

    internal Tx? Transaction { get; private set; }

    internal Result<TOutcome>[]? Outcomes { get; private set; }

    /// <summary>Whether the attempt has committed a change.</summary>
    internal bool IsCommitted { get; private set; }

    /// <summary>
    /// Commits, together with the commands' lines of the audit log. If the answer to COMMIT is lost, the queue looks up the outcome and
    /// either hands out these outcomes or runs the batch again.
    /// </summary>
    public async Task CommitAsync(Tx tx, Result<TOutcome>[] outcomes)
    {
        Check(outcomes);
        var lines = outcomes.Zip(_auditScopes, (outcome, scope) => outcome.IsOk ? scope?.Line(outcome.Value) : null).OfType<AuditEntry>()
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
        outcomes.Length == _auditScopes.Count ? outcomes
        : throw new InvalidOperationException($"{outcomes.Length} outcomes for {_auditScopes.Count} commands");
}
