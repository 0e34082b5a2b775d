using Holdfast.Orders.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Placement;

/// <summary>
/// The decisions of one command's participants. Those that agreed can be undone if another one refuses or throws, or if a later step fails.
/// </summary>
internal sealed class ParticipantDecisions(IReadOnlyList<CommitParticipant> participants)
{
    private int _agreed;

    /// <summary>Asks each participant, until one refuses.</summary>
    public Error? Decide(Order order, DateTime now)
    {
        while (_agreed < participants.Count)
        {
            if (participants[_agreed].Decide(order, now) is { } refusal)
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
            participants[--_agreed].Undo();
        }
    }
}
