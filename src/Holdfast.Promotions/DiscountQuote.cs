using Holdfast.Promotions.Core;

namespace Holdfast.Promotions;

/// <summary>What a code would take off goods of a subtotal.</summary>
/// <param name="DiscountAmount">Minor units of <paramref name="Currency"/>.</param>
/// <param name="FreeShipping">Whether the shipping fee falls away.</param>
public sealed record DiscountQuote(string Code, DiscountKind Kind, long DiscountAmount, bool FreeShipping, string Currency);
