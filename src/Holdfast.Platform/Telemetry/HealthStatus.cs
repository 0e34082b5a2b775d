
namespace Holdfast.Platform.Telemetry;

/// <summary>How something is doing.</summary>
public enum HealthStatus
{
    Healthy,

    /// <summary>Something that only makes us faster is away; everything is still right.</summary>
    Degraded,

    Unhealthy,
}
