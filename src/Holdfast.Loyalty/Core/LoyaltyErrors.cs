using Holdfast.Platform;

namespace Holdfast.Loyalty.Core;

/// <summary>Every rejection of this module, named.</summary>
public static class LoyaltyErrors
{
    /// <param name="balance">The points that can be spent.</param>
    public static Error InsufficientPoints(long balance) =>
        new Error(422, "insufficient_points", "There are not enough points.", "Không đủ điểm.").With("balance", balance);
}
