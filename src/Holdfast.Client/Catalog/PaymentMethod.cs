namespace Holdfast.Client;

/// <summary>The ways to pay an order.</summary>
public static class PaymentMethod
{
    /// <summary>With a payment provider, within minutes.</summary>
    public const string Online = "online";

    /// <summary>By bank transfer, within days.</summary>
    public const string BankTransfer = "bank_transfer";

    /// <summary>To whoever brings the goods.</summary>
    public const string CashOnDelivery = "cash_on_delivery";
}
