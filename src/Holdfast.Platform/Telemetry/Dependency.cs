
namespace Holdfast.Platform.Telemetry;

/// <param name="Name">What it is to us: <c>database</c>.</param>
/// <param name="Kind">What it is: <c>sqlite</c>, <c>postgresql</c>.</param>
/// <param name="LatencyMs">How long its answer took; null where none came.</param>
public sealed record Dependency(string Name, string Kind, HealthStatus Status, double? LatencyMs);
