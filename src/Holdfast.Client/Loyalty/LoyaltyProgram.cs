namespace Holdfast.Client;

/// <summary>How a store gives points and takes them.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="AmountPerPoint">For every so many minor units of goods a customer gets a point; 0: none are given.</param>
/// <param name="PointValue">What a point pays, in minor units; 0: none are taken.</param>
/// <param name="ExpiresAfterDays">When points lapse that were not spent; null: never.</param>
public sealed record LoyaltyProgram(Guid StoreId, long AmountPerPoint, long PointValue, int? ExpiresAfterDays);
