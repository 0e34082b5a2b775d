using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Placement;

/// <summary>
/// What another module does in the commit of an order: a cart that is checked out, a webhook's event row, a code that is used. Orders knows
/// the seam, not who rides. Per batch, the riders of one class are opened together, in the order of their ranks; then each decides with its
/// command.
/// </summary>
public abstract class CommitParticipant
{
    /// <summary>The place of its rows in the lock order: one of <see cref="LockRank"/>.</summary>
    public abstract int Rank { get; }

    /// <summary>
    /// Locks and reads what all riders of this class in the batch need, set-based. Called on the first of them; may be called again when a
    /// batch is run again.
    /// </summary>
    public abstract Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all);

    /// <summary>Says no to the order and changes nothing, or changes its own book and returns null. No I/O.</summary>
    public abstract Error? Decide(Order order, DateTime now);

    /// <summary>
    /// Takes the change of <see cref="Decide"/> back: the command was refused further on, or a rule failed. Only called where it agreed.
    /// </summary>
    public abstract void Undo();

    /// <summary>Adds its writes to those of the batch. Only called when its command was accepted.</summary>
    public abstract void Save(StatementBatch batch, Order order);

    /// <summary>
    /// Takes back what <see cref="LoadAsync"/> has written for it. Only called when its command was not accepted and others of the batch
    /// were.
    /// </summary>
    public virtual void SaveRefused(StatementBatch batch)
    {
    }

    /// <summary>Adds the writes of one command's riders.</summary>
    /// <param name="order">Null where the command was not accepted.</param>
    internal static void SaveAll(StatementBatch batch, IReadOnlyList<CommitParticipant> riders, Order? order)
    {
        foreach (var rider in riders)
        {
            if (order is null)
            {
                rider.SaveRefused(batch);
            }
            else
            {
                rider.Save(batch, order);
            }
        }
    }

    /// <summary>Opens those of a batch that the filter takes, class by class in the order of their ranks.</summary>
    internal static async Task LoadAllAsync(Tx tx, IEnumerable<CommitParticipant> riders, Func<CommitParticipant, bool> which)
    {
        var kinds = riders.Where(which).GroupBy(r => (r.Rank, Kind: r.GetType())).OrderBy(g => g.Key.Rank)
            .ThenBy(g => g.Key.Kind.FullName, StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            var all = kind.ToList();
            await all[0].LoadAsync(tx, all);
        }
    }
}
