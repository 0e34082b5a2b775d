
namespace Holdfast.Orders.Core;

/// <summary>One line: name, sku and price are those of the moment of placing.</summary>
/// <param name="UnitPrice">Minor units.</param>
/// <param name="Limited">Counts towards the variant's purchase limit.</param>
/// <param name="Discount">Its share of the order's discount; minor units.</param>
/// <param name="Tax">The tax on it; in its price or beside it, as the order says. Minor units.</param>
/// <param name="Cancelled">Pieces that were cancelled before they were shipped while the order went on.</param>
/// <param name="Undelivered">Shipped pieces that came back, or were lost, before they were delivered.</param>
public sealed record OrderLine(Guid VariantId, Guid ProductId, string ProductName, string Sku, long UnitPrice, long Quantity, long Shipped,
    long Returned, bool Limited,
    long Discount = 0, long Tax = 0, long Cancelled = 0, long Undelivered = 0)
{
    /// <summary>The order that it belongs to, and its place there from 0 on; known where it is stored.</summary>
    internal Guid OrderId { get; init; }

    internal int Position { get; init; }

    /// <summary>Minor units.</summary>
    public long LineTotal => checked(UnitPrice * Quantity);

    /// <summary>Pieces that are still to be shipped.</summary>
    public long Open => Quantity - Shipped - Cancelled;

    /// <summary>Pieces that are out of the house: on their way, or with the buyer.</summary>
    public long Out => Shipped - Undelivered - Returned;

    /// <summary>Pieces that the buyer will never have and does not pay.</summary>
    public long Gone => Cancelled + Undelivered;

    /// <summary>Pieces that are the buyer's, or will be.</summary>
    public long Live => Quantity - Gone;
}
