namespace Holdfast.Platform.Data;

/// <summary>
/// The keys that a transaction invalidates in caches: names of cached documents, or of tags that many of them share. Caches learn of them
/// only after the transaction has committed.
/// </summary>
public sealed class InvalidatedKeys
{
    /// <summary>Stands for everything that is cached.</summary>
    public const string Everything = "*";

    private readonly HashSet<string> _immediate = new(StringComparer.Ordinal);
    private readonly HashSet<string> _soon = new(StringComparer.Ordinal);

    internal InvalidatedKeys()
    {
    }

    /// <summary>Keys that must be dropped at once.</summary>
    public IReadOnlySet<string> Immediate => _immediate;

    /// <summary>
    /// Keys that may still be served for some hundred milliseconds, so that what changes all the time is not dropped all the time.
    /// </summary>
    public IReadOnlySet<string> Soon => _soon;

    /// <summary>
    /// The row of <c>cache_invalidations</c> that was committed with the change; null unless <see cref="Db.KeepsInvalidatedKeys"/>.
    /// </summary>
    public Guid? RowId { get; private set; }

    internal void Add(string name, bool immediately) => (immediately ? _immediate : _soon).Add(name);

    /// <summary>The statement that records the keys in the transaction of the change.</summary>
    internal (string Sql, object?[] Args) Row(string clockSql)
    {
        RowId = Guid.CreateVersion7();
        return ($"INSERT INTO cache_invalidations (id, names, created_at) VALUES ($1, $2, ({clockSql}))",
            [RowId, string.Join('\n', _immediate.Union(_soon))]);
    }
}
