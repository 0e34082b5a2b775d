
namespace Holdfast.Orders.Core;

/// <summary>By what a buyer is known again, as hashes of the <see cref="BuyerKeys"/>.</summary>
/// <param name="Who">Of the first key, which is kept with an order.</param>
/// <param name="Phone">Of the phone of a guest.</param>
public sealed record BuyerHashes(long Who, long? Phone)
{
    /// <summary>Of every key that is this buyer's, but the phone.</summary>
    public IReadOnlyList<long> Known { get; init; } = [Who];

    /// <summary>
    /// By what a stranger's unpaid holds are counted: the mailbox and phone that they claim, also where they have an account. Others have
    /// none, so that these stand in nobody's way who has proved anything.
    /// </summary>
    public BuyerHashes Claimed { get => field ?? this; init; }

    /// <summary>Of the address that the order comes from; null where that is not one of the public network.</summary>
    public long? Client { get; init; }
}
