namespace Holdfast.Client;

/// <summary>Money that came by another way than ours.</summary>
/// <param name="Provider">1 to 60 of a to z, 0 to 9 and <c>_</c>.</param>
/// <param name="TransactionId">The provider's id; the same one counts once in a store.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">The order's.</param>
/// <param name="Method">How, in the provider's words.</param>
/// <param name="Installments">In how many parts, 1 to 1,000.</param>
/// <param name="ReceivedAt">When; without: now.</param>
public sealed record Payment(string Provider, string TransactionId, long Amount, string Currency, string? Method = null,
    int? Installments = null, DateTimeOffset? ReceivedAt = null);
