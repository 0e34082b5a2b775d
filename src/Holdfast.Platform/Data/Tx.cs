namespace Holdfast.Platform.Data;

/// <summary>A transaction. What it does is seen by others only after <see cref="CommitAsync"/>.</summary>
public abstract class Tx : DbSession, IAsyncDisposable
{
    private List<Action>? _afterCommit;

    private protected Tx(Db db) : base(db) => _leavesNoAttempt = !db.LeavesAttempts;

    /// <summary>True once <see cref="RollbackAsync"/> was called: a use case that was refused after it had begun to write.</summary>
    public bool IsRolledBack { get; private protected set; }

    /// <summary>
    /// The id that this transaction inserts with its COMMIT, for <see cref="Db.SettleAsync"/> should the answer be lost. Null before the
    /// COMMIT, and where nothing was changed: then nothing can be lost.
    /// </summary>
    public Guid? Attempt { get; private set; }

    /// <summary>At a COMMIT without changes: waits until what was read is replicated, where the server has a synchronous standby.</summary>
    internal bool LeavesFence { get; set; }

    /// <summary>When it began, as a <see cref="System.Diagnostics.Stopwatch"/> counts.</summary>
    internal long Begun { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>Whether a statement has changed a row.</summary>
    internal bool HasChanges { get; private set; }

    private bool _leavesNoAttempt;

    /// <summary>
    /// Runs after a successful commit, on the committing caller's thread: a hint such as waking the relay, never a guarantee. What it
    /// throws is dropped: the commit stands, and a caller that heard of an error would believe otherwise.
    /// </summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>
    /// Notes that this transaction changes what is cached under the name, or under keys that have it as a tag. Caches hear of it after the
    /// commit, and never where there is none. Other processes hear of it too, where they share a Redis.
    /// </summary>
    /// <param name="name">A key or a tag, without a line break.</param>
    /// <param name="immediately">False for what changes with every sale: collected, and dropped a few times a second.</param>
    public void Invalidate(string name, bool immediately = true) => (Noted ??= new InvalidatedKeys()).Add(name, immediately);

    /// <summary>What was noted so far; null: nothing.</summary>
    internal InvalidatedKeys? Noted { get; private set; }

    /// <summary>
    /// Makes it lasting. Throws when a statement has failed or it has ended; after a lost connection the outcome is unknown.
    /// </summary>
    public async Task CommitAsync(CancellationToken ct = default)
    {
        Attempt = HasChanges && !_leavesNoAttempt ? Guid.CreateVersion7() : null;
        await CommitCoreAsync(ct);
        HasCommitted();
    }

    /// <summary>The commit stands: caches and whoever asked for it hear so.</summary>
    internal void HasCommitted()
    {
        Db.Tell(Noted);
        foreach (var action in _afterCommit ?? [])
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                System.Diagnostics.Activity.Current?.AddException(e);
            }
        }
    }

    /// <summary>Inserts an attempt although nothing else was changed.</summary>
    internal void MustLeaveAttempt() => HasChanges = true;

    /// <summary>For a database that may have no tables yet: a lost COMMIT is an error then.</summary>
    internal void LeavesNoAttempt() => _leavesNoAttempt = true;

    /// <summary>To be called with what was run, after it was.</summary>
    private protected void Note(IReadOnlyList<Statement> statements)
    {
        for (var i = 0; !HasChanges && i < statements.Count; i++)
        {
            HasChanges = statements[i].HasChanged;
        }
    }

    /// <summary>What is to run in the round trip of COMMIT, before it.</summary>
    private protected IEnumerable<(string Sql, object?[] Args)> LastStatements()
    {
        if (Db.KeepsInvalidatedKeys && Noted is { } noted)
        {
            yield return noted.Row(ClockSql);
        }

        if (Attempt is { } id)
        {
            yield return ($"INSERT INTO commit_attempts (id, is_void, created_at) VALUES ($1, $2, ({ClockSql}))", [id, false]);
        }
    }

    /// <summary>Undoes everything. Nothing may be run on it afterwards.</summary>
    public async Task RollbackAsync()
    {
        IsRolledBack = true;
        await RollbackCoreAsync();
    }

    /// <summary>
    /// Until this transaction ends nobody else writes to the table; those who have begun to are waited for. On SQLite that is always so.
    /// </summary>
    /// <param name="table">A name of ours.</param>
    public virtual Task LockTableAsync(string table) => Task.CompletedTask;

    /// <summary>For this transaction, a statement may take as long as it takes.</summary>
    internal virtual Task WithoutTimeLimitAsync() => Task.CompletedTask;

    /// <summary>The statements of this transaction are planned for whole tables, and may take as long as they take.</summary>
    internal virtual Task ForWholeTablesAsync() => Task.CompletedTask;

    private protected abstract Task CommitCoreAsync(CancellationToken ct);

    private protected abstract Task RollbackCoreAsync();

    public abstract ValueTask DisposeAsync();
}
