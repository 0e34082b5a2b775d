using System.Text.Json;

namespace Holdfast.Orders.Core;

/// <summary>What this module's events say of the state before them.</summary>
internal static class OrderEvents
{
    /// <summary>The members of the state before, and the reason that was given, as the inside of a JSON object. The statistics are moved by the difference.</summary>
    public static string Previous(Order before, string? reason = null) =>
        $"\"previousStatus\":\"{Names.Of(before.Status)}\",\"previousPaymentStatus\":\"{Names.Of(before.PaymentStatus)}\","
        + $"\"previousAmountPaid\":{before.AmountPaid},\"previousAmountRefunded\":{before.AmountRefunded}"
        + (reason is null ? "" : $",\"reason\":{JsonSerializer.Serialize(reason)}");
}
