using Holdfast.Orders.Placement;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>Something to be done with an order that exists.</summary>
/// <param name="Actor">Who, for the history.</param>
public abstract record OrderCommand(Guid OrderId, Guid StoreId, string Actor)
{
    /// <summary>Refused when the order has another version by now.</summary>
    public VersionCondition? ExpectedVersion { get; init; }

    /// <summary>What other modules write in the same commit.</summary>
    public IReadOnlyList<CommitParticipant> Participants { get; init; } = [];
}
