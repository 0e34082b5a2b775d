using Holdfast.Catalog.Core;

namespace Holdfast.Orders.Core;

/// <summary>What the catalog says of a store.</summary>
/// <param name="TimeZone">IANA, e.g. Asia/Ho_Chi_Minh.</param>
/// <param name="ShippingRates">Ascending by what they begin at.</param>
public sealed record StoreFacts(Guid Id, string Currency, string TimeZone, IReadOnlyList<ShippingRate> ShippingRates, Tax? Tax)
{
    /// <summary>How its orders can be paid; null: in every way.</summary>
    public IReadOnlyList<PaymentMethod>? PaymentMethods { get; init; }

    /// <summary>An order may use two codes.</summary>
    public bool CombinesDiscounts { get; init; }
}
