
namespace Holdfast.Promotions.Core;

/// <summary>What a code takes off.</summary>
public enum DiscountKind
{
    /// <summary>A share of the eligible subtotal.</summary>
    Percent,

    /// <summary>An amount, at most the eligible subtotal.</summary>
    Fixed,

    /// <summary>The shipping fee.</summary>
    FreeShipping,
}
