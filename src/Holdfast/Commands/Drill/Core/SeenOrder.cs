namespace Holdfast.Commands.Drill.Core;

/// <summary>An order as the server tells it in the end. <c>Key</c>: the attempt that it says it comes from.</summary>
internal sealed record SeenOrder(Guid Id, string? Key, string Status, long Quantity, long Total, long AmountPaid, long RefundDue)
{
    /// <summary>Confirmed, or what comes after: sold.</summary>
    public bool IsSold => Status is "confirmed" or "partially_shipped" or "shipped" or "delivered";

    /// <summary>Sold, or held for somebody who may still pay.</summary>
    public bool IsLive => IsSold || Status == "pending";
}
