namespace Holdfast.Inventory;

/// <summary>The settings of this module.</summary>
public sealed record InventoryOptions
{
    /// <summary>The longest that a stand-alone reservation may be asked to hold: seven days.</summary>
    public const int MaxTtlSeconds = 7 * 24 * 3600;

    /// <summary>How long a stand-alone reservation holds when its request does not say: <c>RESERVATION_TTL_SECONDS</c>, from 1 to <see cref="MaxTtlSeconds"/>.</summary>
    public int ReservationTtlSeconds { get; init; } = 600;
}
