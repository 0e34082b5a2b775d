namespace Holdfast.Loyalty.Core;

/// <summary>Points that will lapse unless they are spent before.</summary>
public sealed record UpcomingExpiry(DateTime At, long Points);
