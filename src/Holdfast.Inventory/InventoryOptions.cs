namespace Holdfast.Inventory;

/// <summary>The settings of this module.</summary>
public sealed record InventoryOptions
{
    /// <summary>The longest that a request may ask a stand-alone reservation to hold: 30 days.</summary>
    public const int MaxTtlSeconds = 30 * 24 * 3600;

    /// <summary>How long a stand-alone reservation holds when its request does not say: <c>RESERVATION_TTL_SECONDS</c>.</summary>
    public TimeSpan ReservationTtl { get; init; } = TimeSpan.FromSeconds(600);
}
