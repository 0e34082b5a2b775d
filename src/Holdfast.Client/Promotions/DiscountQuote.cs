namespace Holdfast.Client;

/// <summary>What a code would take off.</summary>
/// <param name="Code">As its maker wrote it.</param>
/// <param name="Kind"><c>percent</c>, <c>fixed</c> or <c>free_shipping</c>.</param>
/// <param name="DiscountAmount">Minor units of <paramref name="Currency"/>.</param>
/// <param name="FreeShipping">Whether delivery costs nothing.</param>
/// <param name="Currency">The store's, an ISO 4217 code.</param>
public sealed record DiscountQuote(string Code, string Kind, long DiscountAmount, bool FreeShipping, string Currency);
