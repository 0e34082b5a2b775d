using System.Globalization;

namespace Holdfast.Commands.Olist.Core;

/// <summary>
/// Requests made of the data set. They depend on nothing else, so that a second run sends the same bytes under the same key. What the
/// source has not (names, streets, phones) is filled with words that say so.
/// </summary>
internal static class OlistBodies
{
    private const string Phone = "+550000000000";

    /// <summary>The body of <c>POST /orders</c>; the variants by their external ids.</summary>
    public static object Order(SellerOrder order, Guid storeId, Func<string, Guid> variant)
    {
        var customer = order.Customer;
        var name = $"Customer {customer.UniqueId[..8]}";
        return new
        {
            StoreId = storeId,
            Lines = order.Lines.Select(l => new { VariantId = variant(l.Variant), l.Quantity }).ToList(),
            DeliveryAddress = new
            {
                Name = name,
                Line1 = "not in the data set",
                customer.City,
                Region = customer.State,
                customer.PostalCode,
                Country = "BR"
            },
            ContactPhone = Phone,
            Customer = new { Email = $"{customer.UniqueId}@olist.invalid", Name = name },
            order.PaymentMethod,
            ShippingFee = order.Freight,
            DiscountCode = order.Code,
            ExternalId = order.Order.Id,
            Metadata = new Dictionary<string, string>
            {
                ["olist_status"] = order.Order.Status.ToString().ToLowerInvariant(),
                ["olist_purchased_at"] = order.Order.PurchasedAt.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            },
        };
    }

    /// <summary>The body of <c>POST /orders/{id}/payments</c>. Instalments of 0 occur in the source and mean one.</summary>
    public static object Payment(SellerOrder order, PaymentPlan payment) => new
    {
        TransactionId = $"{order.Key}:{payment.Sequence.ToString(CultureInfo.InvariantCulture)}",
        payment.Amount,
        Currency = Brl.Code,
        Provider = "olist",
        Method = payment.Type,
        Installments = Math.Max(1, payment.Installments),
    };
}
