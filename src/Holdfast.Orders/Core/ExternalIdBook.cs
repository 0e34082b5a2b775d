namespace Holdfast.Orders.Core;

/// <summary>The external ids that orders have, by store: those that were read, and those of the orders that the batch accepts.</summary>
public sealed class ExternalIdBook(IEnumerable<(Guid StoreId, string ExternalId)> read)
{
    private readonly HashSet<(Guid StoreId, string ExternalId)> _taken = [.. read];
    private readonly List<(Guid StoreId, string ExternalId)> _added = [];

    public bool IsTaken(Guid storeId, string externalId) => _taken.Contains((storeId, externalId));

    /// <summary>Notes the external id of an accepted order.</summary>
    public void Take(Guid storeId, string externalId)
    {
        if (_taken.Add((storeId, externalId)))
        {
            _added.Add((storeId, externalId));
        }
    }

    public int Savepoint() => _added.Count;

    /// <summary>Undoes what was taken since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        _taken.ExceptWith(_added.Skip(savepoint));
        _added.RemoveRange(savepoint, _added.Count - savepoint);
    }
}
