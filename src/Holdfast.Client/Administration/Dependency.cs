namespace Holdfast.Client;

/// <summary>Something that a server depends on.</summary>
/// <param name="Name">What it is to the server: <c>database</c>, <c>cache</c>, <c>broker</c>, <c>lane</c>.</param>
/// <param name="Kind">What it is: <c>postgresql</c>, <c>sqlite</c>, <c>redis</c>, or its name.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="LatencyMs">How long its answer took, in milliseconds; null where none was asked for or came.</param>
public sealed record Dependency(string Name, string Kind, string Status, double? LatencyMs);
