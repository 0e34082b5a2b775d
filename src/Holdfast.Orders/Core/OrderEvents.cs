using System.Text.Json;

namespace Holdfast.Orders.Core;

/// <summary>What this module's events say of the state before them.</summary>
internal static class OrderEvents
{
    /// <summary>
    /// The members of the state before, the reason that was given and the names of the members that were changed, as the inside of a JSON
    /// object. The statistics are moved
    /// by the difference.
    /// </summary>
    public static string Previous(Order before, string? reason = null, IReadOnlyList<string>? changed = null) =>
        $"\"previousStatus\":\"{Names.Of(before.Status)}\",\"previousPaymentStatus\":\"{Names.Of(before.PaymentStatus)}\","
        + $"\"previousAmountPaid\":{before.AmountPaid},\"previousAmountRefunded\":{before.AmountRefunded}"
        + (reason is null ? "" : $",\"reason\":{JsonSerializer.Serialize(reason)}")
        + (changed is null ? "" : $",\"changed\":{JsonSerializer.Serialize(changed)}");
}
