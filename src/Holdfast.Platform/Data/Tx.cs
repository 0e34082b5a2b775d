namespace Holdfast.Platform.Data;

/// <summary>A transaction. Others see its changes only after <see cref="CommitAsync"/>.</summary>
public abstract class Tx : DbSession, IAsyncDisposable
{
    private List<Action>? _afterCommit;

    private protected Tx(Db db) : base(db) => _leavesNoAttempt = !db.LeavesAttempts;

    /// <summary>Whether <see cref="RollbackAsync"/> was called: a use case was refused after it had begun to write.</summary>
    public bool IsRolledBack { get; private protected set; }

    /// <summary>
    /// The id that this transaction inserts with its COMMIT, for <see cref="Db.SettleAsync"/> if the answer is lost. Null before the
    /// COMMIT, and if nothing was changed: then nothing can be lost.
    /// </summary>
    public Guid? Attempt { get; private set; }

    /// <summary>For a COMMIT without changes: waits until what was read is replicated, if the server has a synchronous standby.</summary>
    internal bool LeavesFence { get; set; }

    /// <summary>When the transaction began, as a <see cref="System.Diagnostics.Stopwatch"/> counts.</summary>
    internal long Begun { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>Whether a statement has changed a row.</summary>
    internal bool HasChanges { get; private set; }

    private bool _leavesNoAttempt;

    /// <summary>
    /// Registers a callback that runs after a successful commit, on the committing caller's thread: a hint such as waking the relay, never
    /// a guarantee. Its exceptions are dropped: the commit stands, and a caller that got an error would believe otherwise.
    /// </summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>
    /// Notes that this transaction changes what is cached under the name, or under keys that have it as a tag. Caches are told after the
    /// commit, and never without one. Other processes are told too, if they share a Redis.
    /// </summary>
    /// <param name="name">A key or a tag, without a line break.</param>
    /// <param name="immediately">False for what changes with every sale: such names are collected, and dropped a few times a
    /// second.</param>
    public void Invalidate(string name, bool immediately = true) => (Noted ??= new InvalidatedKeys()).Add(name, immediately);

    /// <summary>The keys noted so far; null if there are none.</summary>
    internal InvalidatedKeys? Noted { get; private set; }

    /// <summary>
    /// Commits. Throws if a statement has failed or the transaction has ended; after a lost connection the outcome is unknown.
    /// </summary>
    public async Task CommitAsync(CancellationToken ct = default)
    {
        Attempt = HasChanges && !_leavesNoAttempt ? Guid.CreateVersion7() : null;
        await CommitCoreAsync(ct);
        HasCommitted();
    }

    /// <summary>The commit stands: caches and the registered callbacks are told.</summary>
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

    /// <summary>Inserts an attempt even if nothing else was changed.</summary>
    internal void MustLeaveAttempt() => HasChanges = true;

    /// <summary>For a database that may have no tables yet: a lost COMMIT is then an error.</summary>
    internal void LeavesNoAttempt() => _leavesNoAttempt = true;

    /// <summary>Must be called with the statements after they have run.</summary>
    private protected void Note(IReadOnlyList<Statement> statements)
    {
        for (var i = 0; !HasChanges && i < statements.Count; i++)
        {
            HasChanges = statements[i].HasChanged;
        }
    }

    /// <summary>The statements to run before COMMIT, in its round trip.</summary>
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

    /// <summary>Undoes everything. No statement may run on the transaction afterwards.</summary>
    public async Task RollbackAsync()
    {
        IsRolledBack = true;
        await RollbackCoreAsync();
    }

    /// <summary>
    /// Nobody else can write to the table until this transaction ends. It waits for those who have begun to write. On SQLite that is always
    /// so.
    /// </summary>
    /// <param name="table">A table of Holdfast.</param>
    public virtual Task LockTableAsync(string table) => Task.CompletedTask;

    /// <summary>Statements of this transaction may take any time.</summary>
    internal virtual Task WithoutTimeLimitAsync() => Task.CompletedTask;

    /// <summary>Statements of this transaction are planned for whole tables, and may take any time.</summary>
    internal virtual Task ForWholeTablesAsync() => Task.CompletedTask;

    private protected abstract Task CommitCoreAsync(CancellationToken ct);

    private protected abstract Task RollbackCoreAsync();

    public abstract ValueTask DisposeAsync();
}
