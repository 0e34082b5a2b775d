namespace Holdfast.Commands.Olist.Core;

/// <summary>
/// An order to place: the part of a recorded order that one seller sold. Amounts in centavos: <c>Subtotal</c> of the items, <c>Freight</c>
/// that is charged, <c>Voucher</c> that a discount code takes off the items. <c>Payments</c> is empty where nothing was paid; <c>Target</c>
/// is the engine's status that it ends with.
/// </summary>
internal sealed record SellerOrder(
    Order Order,
    Customer Customer,
    string SellerId,
    IReadOnlyList<LinePlan> Lines,
    long Subtotal,
    long Freight,
    long Voucher,
    IReadOnlyList<PaymentPlan> Payments,
    string PaymentMethod,
    string Target)
{
    /// <summary>Names the order in idempotency keys and transaction ids; the same in every run.</summary>
    public string Key => $"olist:{Order.Id}:{SellerId}";

    /// <summary>What the engine's total must come to.</summary>
    public long Total => Subtotal + Freight - Voucher;

    /// <summary>The code of the voucher; null without one. Good in the seller's store, once.</summary>
    public string? Code => Voucher > 0 ? $"V-{Order.Id}" : null;

    public long Paid => Payments.Sum(p => p.Amount);
}
