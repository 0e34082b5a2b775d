
namespace Holdfast.Orders.Core;

/// <summary>The hashes of the <see cref="BuyerKeys"/> that identify a buyer.</summary>
/// <param name="Who">The hash of the first key, which is stored with an order.</param>
/// <param name="Phone">The hash of a guest's phone.</param>
public sealed record BuyerHashes(long Who, long? Phone)
{
    /// <summary>The hashes of all keys of this buyer except the phone.</summary>
    public IReadOnlyList<long> Known { get; init; } = [Who];

    /// <summary>
    /// The hashes under which a stranger's unpaid holds are counted: the mailbox and phone that they claim, even if they have an account.
    /// Other buyers have none, so that these holds never block a buyer who has proved anything.
    /// </summary>
    public BuyerHashes Claimed { get => field ?? this; init; }

    /// <summary>The hash of the address that the order comes from; null if it is not an address of the public network.</summary>
    public long? Client { get; init; }
}
