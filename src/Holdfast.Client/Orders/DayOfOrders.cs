namespace Holdfast.Client;

/// <summary>The orders of a day in one currency; amounts are minor units.</summary>
/// <param name="Day">Of the store's time zone.</param>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="Orders">How many were placed.</param>
/// <param name="Total">What they cost.</param>
/// <param name="Revenue">What was paid for them less what went back.</param>
public sealed record DayOfOrders(DateOnly Day, string Currency, long Orders, long Total, long Revenue);
