namespace Holdfast.Loyalty.Core;

/// <summary>How a store gives points and takes them.</summary>
/// <param name="AmountPerPoint">Minor units of goods for one point; 0: none are earned.</param>
/// <param name="PointValue">Minor units that one point is worth; 0: points cannot be redeemed.</param>
/// <param name="ExpiresAfterDays">Earned points lapse so many days after they were earned; null: never.</param>
public sealed record LoyaltyProgram(Guid StoreId, long AmountPerPoint, long PointValue, int? ExpiresAfterDays)
{
    /// <summary>The program of a store that has set none: nothing is earned, nothing redeemed.</summary>
    public static LoyaltyProgram None(Guid storeId) => new(storeId, 0, 0, null);

    /// <summary>Whole points for goods of an amount in minor units; the rest below one point is dropped.</summary>
    public long PointsFor(long amount) => AmountPerPoint > 0 && amount > 0 ? amount / AmountPerPoint : 0;

    /// <summary>What points are worth, in minor units; null when no amount can hold it.</summary>
    public long? WorthOf(long points) => Math.BigMul(PointValue, points) is var worth && worth <= long.MaxValue ? (long)worth : null;
}
