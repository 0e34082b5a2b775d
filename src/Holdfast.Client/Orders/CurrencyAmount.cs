namespace Holdfast.Client;

/// <summary>An amount in minor units of its currency.</summary>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="Value">Minor units.</param>
public sealed record CurrencyAmount(string Currency, long Value);
