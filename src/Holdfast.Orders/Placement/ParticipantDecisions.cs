using Holdfast.Orders.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Placement;

/// <summary>
/// The decisions of one command's riders. Those that agreed can be undone, whether another one refuses or throws, or what follows fails.
/// </summary>
internal sealed class ParticipantDecisions(IReadOnlyList<CommitParticipant> riders)
{
    private int _agreed;

    /// <summary>Asks each rider, until one refuses.</summary>
    public Error? Decide(Order order, DateTime now)
    {
        while (_agreed < riders.Count)
        {
            if (riders[_agreed].Decide(order, now) is { } refusal)
            {
                return refusal;
            }

            _agreed++;
        }

        return null;
    }

    /// <summary>Undoes those that agreed, the last one first.</summary>
    public void Undo()
    {
        while (_agreed > 0)
        {
            riders[--_agreed].Undo();
        }
    }
}
