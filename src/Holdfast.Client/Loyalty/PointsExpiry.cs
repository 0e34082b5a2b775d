namespace Holdfast.Client;

/// <summary>Points that will lapse.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Points">How many.</param>
public sealed record PointsExpiry(DateTimeOffset At, long Points);
