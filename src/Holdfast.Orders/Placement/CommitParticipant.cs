using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Placement;

/// <summary>
/// What another module does in the commit of an order: a cart that is checked out, a webhook's event row, a code that is used. Orders does
/// not know who participates. Per batch, the participants of one class are loaded together, in the order of their ranks; then each decides
/// with its command.
/// </summary>
public abstract class CommitParticipant
{
    /// <summary>The place of its rows in the lock order: one of <see cref="LockRank"/>.</summary>
    public abstract int Rank { get; }

    /// <summary>
    /// Locks and reads what all participants of this class in the batch need, set-based. Called on the first of them; may be called again
    /// when a batch is run again.
    /// </summary>
    public abstract Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all);

    /// <summary>Decides without I/O: either returns a refusal and changes nothing, or changes its own book and returns null.</summary>
    public abstract Error? Decide(Order order, DateTime now);

    /// <summary>
    /// Undoes the change of <see cref="Decide"/>, because the command was refused later or a rule failed. Called only if it agreed.
    /// </summary>
    public abstract void Undo();

    /// <summary>Adds its writes to those of the batch. Only called when its command was accepted.</summary>
    public abstract void Save(StatementBatch batch, Order order);

    /// <summary>
    /// Undoes what <see cref="LoadAsync"/> has written for it. Called only if its command was not accepted and others of the batch were.
    /// </summary>
    public virtual void SaveRefused(StatementBatch batch)
    {
    }

    /// <summary>Adds the writes of one command's participants.</summary>
    /// <param name="order">Null where the command was not accepted.</param>
    internal static void SaveAll(StatementBatch batch, IReadOnlyList<CommitParticipant> participants, Order? order)
    {
        foreach (var participant in participants)
        {
            if (order is null)
            {
                participant.SaveRefused(batch);
            }
            else
            {
                participant.Save(batch, order);
            }
        }
    }

    /// <summary>Loads those participants of a batch that the filter selects, class by class in the order of their ranks.</summary>
    internal static async Task LoadAllAsync(Tx tx, IEnumerable<CommitParticipant> participants, Func<CommitParticipant, bool> which)
    {
        var kinds = participants.Where(which).GroupBy(r => (r.Rank, Kind: r.GetType())).OrderBy(g => g.Key.Rank)
            .ThenBy(g => g.Key.Kind.FullName, StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            var all = kind.ToList();
            await all[0].LoadAsync(tx, all);
        }
    }
}
