
namespace Holdfast.Orders.Core;

/// <summary>Money that must go back, of one payment. Minor units.</summary>
/// <param name="Status"><c>due</c>, <c>done</c>, or <c>withdrawn</c>: the order could use the money after all.</param>
public sealed record Refund(Guid PaymentId, long Amount, string Reason, string Status, DateTime CreatedAt)
{
    public const string Due = "due";
    public const string Withdrawn = "withdrawn";
}
