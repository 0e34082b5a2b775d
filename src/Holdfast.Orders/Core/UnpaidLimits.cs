
namespace Holdfast.Orders.Core;

/// <summary>How much strangers may hold without paying; 0: no limit.</summary>
/// <param name="OfBuyer">The most pieces of one variant that one mailbox or phone holds.</param>
/// <param name="Handful">The pieces of a variant that strangers may hold together, however little there is of it.</param>
/// <param name="SharePercent">Above the handful: this share of what is on hand.</param>
public readonly record struct UnpaidLimits(int OfBuyer, int Handful, int SharePercent)
{
    public bool Any => OfBuyer > 0 || SharePercent > 0;

    /// <summary>The most pieces that strangers may hold together.</summary>
    public long Together(long onHand) => SharePercent == 0 ? long.MaxValue : Math.Max(Handful, (long)((Int128)onHand * SharePercent / 100));
}
