namespace Holdfast.Client;

/// <summary>How a server is doing.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (slower, and all is still right) or <c>unhealthy</c>.</param>
/// <param name="Dependencies">What it depends on; null where only the server was asked for.</param>
public sealed record Health(string Status, IReadOnlyList<Dependency>? Dependencies = null);
