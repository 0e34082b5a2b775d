
namespace Holdfast.Promotions.Core;

/// <summary>A row of the ledger that is to be written.</summary>
/// <param name="Delta">1: a use, -1: given back.</param>
/// <param name="Amount">What the use took off, in minor units; 0 where it is given back: the ledger knows it.</param>
/// <param name="IsFirst">Whether it is the order's first use, made at placement.</param>
public readonly record struct DiscountUse(Guid CodeId, Guid OrderId, Guid StoreId, string Buyer, int Delta, long Amount, bool IsFirst)
{
    /// <summary>Under which it counts besides the buyer; null: nothing else.</summary>
    public string? Phone { get; init; }
}
