namespace Holdfast.Client;

/// <summary>A program as it is to be.</summary>
/// <param name="AmountPerPoint">For every so many minor units of goods a customer gets a point; 0: none are given.</param>
/// <param name="PointValue">What a point pays, in minor units, at most the amount for which it is given; 0: none are taken.</param>
/// <param name="ExpiresAfterDays">1 to 36,500; without: points never lapse.</param>
public sealed record LoyaltyProgramBody(long AmountPerPoint, long PointValue, int? ExpiresAfterDays = null);
